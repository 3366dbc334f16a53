// Runs one program as often as asked: a line with nanoseconds and result for each run.
final class Harness {
    public static void main(String[] args) {
        int size = Integer.parseInt(args[1]);
        for (int i = 0; i < Integer.parseInt(args[2]); i++) {
            long start = System.nanoTime();
            long result = run(args[0], size);
            System.out.println(System.nanoTime() - start + " " + result);
        }
    }

    static long run(String name, int size) {
        switch (name) {
            case "fib": return Fib.run(size);
            case "loop": return Loop.run(size);
            case "sieve": return Sieve.run(size);
            case "matmul": return Matmul.run(size);
            case "nbody": return Nbody.run(size);
            case "fannkuch": return Fannkuch.run(size);
            case "spectralnorm": return Spectralnorm.run(size);
            case "mandelbrot": return Mandelbrot.run(size);
            case "binarytrees": return Binarytrees.run(size);
            case "lru": return Lru.run(size);
            case "sha256": return Sha256.run(size);
            case "json": return Json.run(size);
            case "intmap": return Intmap.run(size);
            case "stringmap": return Stringmap.run(size);
            default: throw new IllegalArgumentException(name);
        }
    }
}
