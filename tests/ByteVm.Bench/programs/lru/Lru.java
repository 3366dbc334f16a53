// A cache of the least recently used: a hash map with chains and a list through its entries, all churning.
final class Lru {
    static final class Payload {
        final long first, second;

        Payload(long first, long second) {
            this.first = first;
            this.second = second;
        }
    }

    static final class Entry {
        final int key;
        Payload value;
        Entry chain, newer, older;

        Entry(int key, Payload value) {
            this.key = key;
            this.value = value;
        }
    }

    static final class Cache {
        final int capacity;
        final Entry[] buckets;
        Entry newest, oldest;
        int size;

        Cache(int capacity) {
            this.capacity = capacity;
            int count = 16;
            while (count < capacity) count *= 2;
            buckets = new Entry[count];
        }

        Entry find(int key) {
            Entry entry = buckets[key & (buckets.length - 1)];
            while (entry != null && entry.key != key) entry = entry.chain;
            return entry;
        }

        void touch(Entry entry) {
            unlink(entry);
            link(entry);
        }

        void put(int key, Payload value) {
            if (size == capacity) {
                Entry last = oldest;
                unlink(last);
                unchain(last);
                size--;
            }
            Entry entry = new Entry(key, value);
            int bucket = key & (buckets.length - 1);
            entry.chain = buckets[bucket];
            buckets[bucket] = entry;
            link(entry);
            size++;
        }

        private void link(Entry entry) {
            entry.older = newest;
            entry.newer = null;
            if (newest != null) newest.newer = entry;
            else oldest = entry;
            newest = entry;
        }

        private void unlink(Entry entry) {
            if (entry.newer != null) entry.newer.older = entry.older;
            else newest = entry.older;
            if (entry.older != null) entry.older.newer = entry.newer;
            else oldest = entry.newer;
        }

        private void unchain(Entry entry) {
            int bucket = entry.key & (buckets.length - 1);
            Entry before = null, at = buckets[bucket];
            while (at != null && at.key != entry.key) {
                before = at;
                at = at.chain;
            }
            if (before != null) before.chain = entry.chain;
            else buckets[bucket] = entry.chain;
        }
    }

    static long run(int size) {
        int capacity = size / 16;
        Cache cache = new Cache(capacity);
        long seed = 12345, check = 0;
        for (int i = 0; i < size; i++) {
            seed = (seed * 1103515245L + 12345L) & 2147483647L;
            int key = (int) ((seed >> 4) % (2L * capacity));
            Entry found = cache.find(key);
            if (found != null) {
                check += found.value.first;
                found.value = new Payload(check, seed);
                cache.touch(found);
            } else {
                cache.put(key, new Payload(seed, check));
            }
        }
        return check;
    }
}
