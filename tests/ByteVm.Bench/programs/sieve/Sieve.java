// The sieve of Eratosthenes: stores into an array of bool.
final class Sieve {
    static long run(int size) {
        boolean[] isComposite = new boolean[size];
        int count = 0;
        for (int n = 2; n < size; n++) {
            if (!isComposite[n]) {
                count++;
                for (int multiple = n + n; multiple < size; multiple += n) {
                    isComposite[multiple] = true;
                }
            }
        }
        return count;
    }
}
