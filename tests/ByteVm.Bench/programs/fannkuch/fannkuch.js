// Prefix reversals of all permutations: small integer arrays.
function countFlips(permutation, flipped) {
    for (let i = 0; i < permutation.length; i++) {
        flipped[i] = permutation[i];
    }
    let flips = 0;
    let first = flipped[0];
    while (first !== 0) {
        let low = 0;
        let high = first;
        while (low < high) {
            const kept = flipped[low];
            flipped[low] = flipped[high];
            flipped[high] = kept;
            low++;
            high--;
        }
        flips++;
        first = flipped[0];
    }
    return flips;
}

exports.run = size => {
    const permutation = new Int32Array(size).map((_, i) => i);
    const flipped = new Int32Array(size);
    const counts = new Int32Array(size);
    let checksum = 0, maximum = 0, isEven = true, remaining = size;
    while (true) {
        while (remaining > 1) {
            counts[remaining - 1] = remaining;
            remaining--;
        }
        const flips = countFlips(permutation, flipped);
        if (flips > maximum) {
            maximum = flips;
        }
        checksum += isEven ? flips : -flips;
        isEven = !isEven;
        while (true) {
            if (remaining === size) {
                return checksum * 1000 + maximum;
            }
            const first = permutation[0];
            for (let i = 0; i < remaining; i++) {
                permutation[i] = permutation[i + 1];
            }
            permutation[remaining] = first;
            counts[remaining]--;
            if (counts[remaining] > 0) {
                break;
            }
            remaining++;
        }
    }
};
