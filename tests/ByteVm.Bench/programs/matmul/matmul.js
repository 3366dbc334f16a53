// The product of two matrices as arrays of rows.
function matrix(n, seed) {
    const result = [];
    for (let i = 0; i < n; i++) {
        const row = new Float64Array(n);
        for (let j = 0; j < n; j++) {
            row[j] = seed / n / n * (i - j) * (i + j);
        }
        result.push(row);
    }
    return result;
}

exports.run = size => {
    const a = matrix(size, 1.0);
    const b = matrix(size, 2.0);
    const product = matrix(size, 0.0);
    for (let i = 0; i < size; i++) {
        const row = a[i];
        const target = product[i];
        for (let k = 0; k < size; k++) {
            const factor = row[k];
            const other = b[k];
            for (let j = 0; j < size; j++) {
                target[j] += factor * other[j];
            }
        }
    }
    return Math.trunc(product[size >> 1][Math.trunc(size / 3)] * 1e6);
};
