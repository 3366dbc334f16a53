using System.Text;

namespace ByteVm.Bench.Data;

/// <summary>Counts the words of a file: the structure of <c>examples/wordcount.tarn</c>.</summary>
internal sealed class Words
{
    private sealed class Word(byte[] letters, int hash) : IComparable<Word>
    {
        public readonly byte[] letters = letters;
        public readonly int hash = hash;
        public int count = 1;
        private readonly string text = Encoding.UTF8.GetString(letters);

        public int CompareTo(Word? other) => count != other!.count ? other.count - count : string.CompareOrdinal(text, other.text);

        public bool IsAt(byte[] bytes, int length, int itsHash)
        {
            if (hash != itsHash || letters.Length != length)
                return false;
            for (int i = 0; i < length; i++)
            {
                if (letters[i] != bytes[i])
                    return false;
            }
            return true;
        }
    }

    private sealed class Table
    {
        public readonly List<Word> words = [];
        private Word?[] places = new Word?[1024];

        public void Count(byte[] bytes, int length, int hash)
        {
            int place = hash & (places.Length - 1);
            Word? word = places[place];
            while (word != null)
            {
                if (word.IsAt(bytes, length, hash))
                {
                    word.count++;
                    return;
                }
                place = (place + 1) & (places.Length - 1);
                word = places[place];
            }
            Add(new Word(bytes[..length], hash));
        }

        private void Add(Word word)
        {
            words.Add(word);
            if (words.Count * 2 <= places.Length)
            {
                Enter(word);
                return;
            }
            places = new Word?[places.Length * 2];
            foreach (Word known in words)
                Enter(known);
        }

        private void Enter(Word word)
        {
            int place = word.hash & (places.Length - 1);
            while (places[place] != null)
                place = (place + 1) & (places.Length - 1);
            places[place] = word;
        }
    }

    private static readonly byte[] foldedOf = [.. Enumerable.Range(0, 256).Select(Folded)];

    private readonly Table table = new();
    private long total;
    private byte[] word = new byte[64];
    private int length, hash;

    public static long Run(string file)
    {
        var counter = new Words();
        byte[] piece = new byte[65536];
        using (FileStream source = new(file, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0))
        {
            for (int read = source.Read(piece); read > 0; read = source.Read(piece))
                counter.Take(piece, read);
        }
        if (counter.length > 0)
            counter.End(counter.word, counter.length, counter.hash);
        Word[] words = [.. counter.table.words];
        Array.Sort(words);
        long check = counter.total;
        foreach (Word word in words)
        {
            check = check * 31 + word.count;
            check = check * 31 + word.letters.Length;
        }
        return check;
    }

    private static byte Folded(int b) => (byte)(char.IsAsciiLetterUpper((char)b) ? b + 32 : char.IsAsciiLetterOrDigit((char)b) || b >= 128 ? b : 0);

    private void Take(byte[] bytes, int count)
    {
        byte[] word = this.word;
        int length = this.length, hash = this.hash;
        for (int i = 0; i < count; i++)
        {
            byte c = foldedOf[bytes[i]];
            if (c != 0)
            {
                if (length == word.Length)
                    Array.Resize(ref word, 2 * length);
                word[length] = c;
                length++;
                hash = hash * 31 + c;
            }
            else if (length > 0)
            {
                End(word, length, hash);
                length = 0;
                hash = 0;
            }
        }
        this.word = word;
        this.length = length;
        this.hash = hash;
    }

    private void End(byte[] word, int length, int hash)
    {
        total++;
        table.Count(word, length, hash ^ hash >>> 15);
    }
}
