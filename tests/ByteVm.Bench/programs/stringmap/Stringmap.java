import java.util.HashMap;

// HashMap<String, Integer>: keys made beforehand are inserted, then looked up.
final class Stringmap {
    static long run(int size) {
        String[] keys = new String[size];
        for (int i = 0; i < size; i++) {
            keys[i] = "key " + i;
        }
        HashMap<String, Integer> map = new HashMap<>();
        for (int i = 0; i < size; i++) {
            map.put(keys[i], i);
        }
        long sum = 0;
        for (int i = 0; i < size; i++) {
            Integer value = map.get(keys[size - 1 - i]);
            sum += value == null ? 1 : value;
        }
        return sum;
    }
}
