import java.util.HashMap;

// HashMap<Integer, Integer>: inserts, then as many lookups, half of them of keys that are not there.
final class Intmap {
    static long run(int size) {
        HashMap<Integer, Integer> map = new HashMap<>();
        for (int i = 0; i < size; i++) {
            map.put(i * 7, i);
        }
        long sum = 0;
        for (int i = 0; i < size; i++) {
            Integer value = map.get((size - i) * 7 - (i & 1));
            sum += value == null ? 1 : value;
        }
        return sum;
    }
}
