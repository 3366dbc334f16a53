import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;

// Counts the words of a file: the structure of examples/wordcount.tarn.
final class Words {
    static final class Word implements Comparable<Word> {
        final byte[] letters;
        final String text;
        final int hash;
        int count = 1;

        Word(byte[] letters, int hash) {
            this.letters = letters;
            this.text = new String(letters, StandardCharsets.UTF_8);
            this.hash = hash;
        }

        public int compareTo(Word other) {
            return count != other.count ? other.count - count : text.compareTo(other.text);
        }

        boolean isAt(byte[] bytes, int length, int itsHash) {
            if (hash != itsHash || letters.length != length) return false;
            for (int i = 0; i < length; i++) {
                if (letters[i] != bytes[i]) return false;
            }
            return true;
        }
    }

    static final class Table {
        final ArrayList<Word> words = new ArrayList<>();
        private Word[] places = new Word[1024];

        void count(byte[] bytes, int length, int hash) {
            int place = hash & (places.length - 1);
            Word word = places[place];
            while (word != null) {
                if (word.isAt(bytes, length, hash)) {
                    word.count++;
                    return;
                }
                place = (place + 1) & (places.length - 1);
                word = places[place];
            }
            add(new Word(java.util.Arrays.copyOf(bytes, length), hash));
        }

        private void add(Word word) {
            words.add(word);
            if (words.size() * 2 <= places.length) {
                enter(word);
                return;
            }
            places = new Word[places.length * 2];
            for (Word known : words) enter(known);
        }

        private void enter(Word word) {
            int place = word.hash & (places.length - 1);
            while (places[place] != null) place = (place + 1) & (places.length - 1);
            places[place] = word;
        }
    }

    private static final byte[] foldedOf = new byte[256];

    static {
        for (int b = 0; b < 256; b++) {
            boolean isCapital = b >= 'A' && b <= 'Z';
            boolean isLetter = b >= 'a' && b <= 'z' || b >= '0' && b <= '9' || b >= 128;
            foldedOf[b] = (byte) (isCapital ? b + 32 : isLetter ? b : 0);
        }
    }

    private final Table table = new Table();
    private long total;
    private byte[] word = new byte[64];
    private int length, hash;

    private void take(byte[] bytes, int count) {
        byte[] word = this.word;
        int length = this.length, hash = this.hash;
        for (int i = 0; i < count; i++) {
            byte c = foldedOf[bytes[i] & 255];
            if (c != 0) {
                if (length == word.length) word = java.util.Arrays.copyOf(word, 2 * length);
                word[length] = c;
                length++;
                hash = hash * 31 + (c & 255);
            } else if (length > 0) {
                end(word, length, hash);
                length = 0;
                hash = 0;
            }
        }
        this.word = word;
        this.length = length;
        this.hash = hash;
    }

    private void end(byte[] word, int length, int hash) {
        total++;
        table.count(word, length, hash ^ hash >>> 15);
    }

    static long run(String file) throws IOException {
        Words counter = new Words();
        byte[] piece = new byte[65536];
        try (FileInputStream source = new FileInputStream(file)) {
            for (int read = source.read(piece); read > 0; read = source.read(piece)) counter.take(piece, read);
        }
        if (counter.length > 0) counter.end(counter.word, counter.length, counter.hash);
        Word[] words = counter.table.words.toArray(new Word[0]);
        java.util.Arrays.sort(words);
        long check = counter.total;
        for (Word word : words) {
            check = check * 31 + word.count;
            check = check * 31 + word.letters.length;
        }
        return check;
    }
}
