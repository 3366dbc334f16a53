// Runs one program as often as asked: a line with nanoseconds and result for each run.
const [name, size, iterations] = process.argv.slice(2);
const { run } = require(`../${name}/${name}.js`);
for (let i = 0; i < Number(iterations); i++) {
    const start = process.hrtime.bigint();
    const result = run(Number(size));
    console.log(`${process.hrtime.bigint() - start} ${result}`);
}
