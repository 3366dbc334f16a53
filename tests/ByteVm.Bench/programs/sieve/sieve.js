// The sieve of Eratosthenes: stores into an array of bool.
exports.run = size => {
    const isComposite = new Uint8Array(size);
    let count = 0;
    for (let n = 2; n < size; n++) {
        if (!isComposite[n]) {
            count++;
            for (let multiple = n + n; multiple < size; multiple += n) {
                isComposite[multiple] = 1;
            }
        }
    }
    return count;
};
