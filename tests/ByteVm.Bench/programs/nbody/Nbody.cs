namespace ByteVm.Bench.Programs;

/// <summary>Planets that attract each other: fields of double.</summary>
internal static class Nbody
{
    private sealed class Body
    {
        public double x, y, z, vx, vy, vz, mass;

        public Body(double x, double y, double z, double vx, double vy, double vz, double mass)
        {
            this.x = x;
            this.y = y;
            this.z = z;
            this.vx = vx * 365.24;
            this.vy = vy * 365.24;
            this.vz = vz * 365.24;
            this.mass = mass * 39.47841760435743;
        }
    }

    private static Body[] Bodies()
    {
        return [
            new Body(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0),
            new Body(4.84143144246472090e+00, -1.16032004402742839e+00, -1.03622044471123109e-01, 1.66007664274403694e-03, 7.69901118419740425e-03, -6.90460016972063023e-05, 9.54791938424326609e-04),
            new Body(8.34336671824457987e+00, 4.12479856412430479e+00, -4.03523417114321381e-01, -2.76742510726411899e-03, 4.99852801234917238e-03, 2.30417297573763929e-05, 2.85885980666130812e-04),
            new Body(1.28943695621391310e+01, -1.51111514016986312e+01, -2.23307578892655734e-01, 2.96460137564761618e-03, 2.37847173959480950e-03, -2.96589568540237556e-05, 4.36624404335156298e-05),
            new Body(1.53796971148509165e+01, -2.59193146099879641e+01, 1.79258772950371181e-01, 2.68067772490389322e-03, 1.62824170038242295e-03, -9.51592254519715870e-05, 5.15138902046611451e-05),
        ];
    }

    public static long Run(int size)
    {
        Body[] system = Bodies();
        for (int step = 0; step < size; step++)
        {
            Advance(system, 0.01);
        }
        return (long)(Energy(system) * 1e12);
    }

    private static void Advance(Body[] bodies, double dt)
    {
        for (int i = 0; i < bodies.Length; i++)
        {
            Body a = bodies[i];
            for (int j = i + 1; j < bodies.Length; j++)
            {
                Body b = bodies[j];
                double dx = a.x - b.x;
                double dy = a.y - b.y;
                double dz = a.z - b.z;
                double squared = dx * dx + dy * dy + dz * dz;
                double magnitude = dt / (squared * Math.Sqrt(squared));
                a.vx -= dx * b.mass * magnitude;
                a.vy -= dy * b.mass * magnitude;
                a.vz -= dz * b.mass * magnitude;
                b.vx += dx * a.mass * magnitude;
                b.vy += dy * a.mass * magnitude;
                b.vz += dz * a.mass * magnitude;
            }
        }
        foreach (Body body in bodies)
        {
            body.x += dt * body.vx;
            body.y += dt * body.vy;
            body.z += dt * body.vz;
        }
    }

    private static double Energy(Body[] bodies)
    {
        double sum = 0.0;
        for (int i = 0; i < bodies.Length; i++)
        {
            Body a = bodies[i];
            sum += 0.5 * a.mass * (a.vx * a.vx + a.vy * a.vy + a.vz * a.vz);
            for (int j = i + 1; j < bodies.Length; j++)
            {
                Body b = bodies[j];
                double dx = a.x - b.x;
                double dy = a.y - b.y;
                double dz = a.z - b.z;
                sum -= a.mass * b.mass / Math.Sqrt(dx * dx + dy * dy + dz * dz);
            }
        }
        return sum;
    }
}
