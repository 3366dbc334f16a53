// Recursive calls.
final class Fib {
    static long run(int size) {
        return fib(size);
    }

    static int fib(int n) {
        return n < 2 ? n : fib(n - 1) + fib(n - 2);
    }
}
