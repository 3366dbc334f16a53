namespace ByteVm.Bench.Programs;

/// <summary>A cache of the least recently used: a hash map with chains and a list through its entries, all churning.</summary>
internal static class Lru
{
    private sealed class Payload(long first, long second)
    {
        public readonly long first = first, second = second;
    }

    private sealed class Entry(int key, Payload value)
    {
        public readonly int key = key;
        public Payload value = value;
        public Entry? chain, newer, older;
    }

    private sealed class Cache
    {
        private readonly int capacity;
        private readonly Entry?[] buckets;
        private Entry? newest, oldest;
        private int size;

        public Cache(int capacity)
        {
            this.capacity = capacity;
            int count = 16;
            while (count < capacity)
                count *= 2;
            buckets = new Entry?[count];
        }

        public Entry? Find(int key)
        {
            Entry? entry = buckets[key & (buckets.Length - 1)];
            while (entry != null && entry.key != key)
                entry = entry.chain;
            return entry;
        }

        public void Touch(Entry entry)
        {
            Unlink(entry);
            Link(entry);
        }

        public void Put(int key, Payload value)
        {
            if (size == capacity)
            {
                Entry last = oldest!;
                Unlink(last);
                Unchain(last);
                size--;
            }
            Entry entry = new(key, value);
            int bucket = key & (buckets.Length - 1);
            entry.chain = buckets[bucket];
            buckets[bucket] = entry;
            Link(entry);
            size++;
        }

        private void Link(Entry entry)
        {
            entry.older = newest;
            entry.newer = null;
            if (newest != null)
                newest.newer = entry;
            else
                oldest = entry;
            newest = entry;
        }

        private void Unlink(Entry entry)
        {
            if (entry.newer != null)
                entry.newer.older = entry.older;
            else
                newest = entry.older;
            if (entry.older != null)
                entry.older.newer = entry.newer;
            else
                oldest = entry.newer;
        }

        private void Unchain(Entry entry)
        {
            int bucket = entry.key & (buckets.Length - 1);
            Entry? before = null, at = buckets[bucket];
            while (at != null && at.key != entry.key)
            {
                before = at;
                at = at.chain;
            }
            if (before != null)
                before.chain = entry.chain;
            else
                buckets[bucket] = entry.chain;
        }
    }

    public static long Run(int size)
    {
        int capacity = size / 16;
        Cache cache = new(capacity);
        long seed = 12345, check = 0;
        for (int i = 0; i < size; i++)
        {
            seed = (seed * 1103515245L + 12345L) & 2147483647L;
            int key = (int)((seed >> 4) % (2L * capacity));
            Entry? found = cache.Find(key);
            if (found != null)
            {
                check += found.value.first;
                found.value = new Payload(check, seed);
                cache.Touch(found);
            }
            else
            {
                cache.Put(key, new Payload(seed, check));
            }
        }
        return check;
    }
}
