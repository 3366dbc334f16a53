import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;

// Parses a JSON document and visits every value: the structure of lang/std/json.tarn. Numbers stay texts, arrays are lists, and
// objects are two arrays, to which large ones add a table of hashes.
final class JsonData {
    abstract static class Json {
        abstract long visit();
    }

    static final class Null extends Json {
        static final Null INSTANCE = new Null();

        @Override
        long visit() {
            return 1;
        }
    }

    static final class Bool extends Json {
        final boolean value;

        Bool(boolean value) {
            this.value = value;
        }

        @Override
        long visit() {
            return value ? 2 : 3;
        }
    }

    static final class Number extends Json {
        final String text;

        Number(String text) {
            this.text = text;
        }

        @Override
        long visit() {
            return 4 + text.length();
        }
    }

    static final class Text extends Json {
        final String value;

        Text(String value) {
            this.value = value;
        }

        @Override
        long visit() {
            return value.isEmpty() ? 5 : 5 + value.charAt(0);
        }
    }

    static final class Items extends Json {
        final ArrayList<Json> items = new ArrayList<>();

        @Override
        long visit() {
            long sum = 6;
            for (Json item : items) sum += item.visit();
            return sum;
        }
    }

    static final class Members extends Json {
        private static final int TABLE_THRESHOLD = 12;

        private String[] names = new String[0];
        private Json[] values = new Json[0];
        private int size;
        private int[] table = new int[0];

        @Override
        long visit() {
            long sum = 7;
            for (int i = 0; i < size; i++) sum += names[i].length() + values[i].visit();
            return sum;
        }

        boolean add(String name, Json value) {
            if (find(name) >= 0) return false;
            if (size == names.length) {
                names = Arrays.copyOf(names, size * 2 + 4);
                values = Arrays.copyOf(values, size * 2 + 4);
            }
            names[size] = name;
            values[size] = value;
            size++;
            index();
            return true;
        }

        private int find(String name) {
            if (table.length > 0) return findInTable(name);
            for (int i = 0; i < size; i++) {
                if (names[i].equals(name)) return i;
            }
            return -1;
        }

        private int findInTable(String name) {
            int place = placeOf(name);
            while (table[place] != 0) {
                if (names[table[place] - 1].equals(name)) return table[place] - 1;
                place = (place + 1) & (table.length - 1);
            }
            return -1;
        }

        private int placeOf(String name) {
            int mixed = name.hashCode() * 0x9E3779B9;
            return (mixed ^ mixed >>> 15) & (table.length - 1);
        }

        private void index() {
            if (size < TABLE_THRESHOLD) return;
            if (size * 2 <= table.length) {
                enter(size - 1);
                return;
            }
            table = new int[table.length == 0 ? 32 : 2 * table.length];
            for (int i = 0; i < size; i++) enter(i);
        }

        private void enter(int member) {
            int place = placeOf(names[member]);
            while (table[place] != 0) place = (place + 1) & (table.length - 1);
            table[place] = member + 1;
        }
    }

    static final class Parser {
        private static final int MAX_DEPTH = 500;

        private final byte[] text;
        private int at, depth;

        Parser(byte[] text) {
            this.text = text;
        }

        Json whole() {
            Json result = value();
            if (peek() >= 0) throw unexpected();
            return result;
        }

        private int peek() {
            int i = at;
            while (i < text.length) {
                int b = text[i] & 255;
                if (b > 32 || b != 32 && b != 10 && b != 13 && b != 9) {
                    at = i;
                    return b;
                }
                i++;
            }
            at = i;
            return -1;
        }

        private Json value() {
            int first = peek();
            if (first == '"') return new Text(quotedText());
            if (first == '{') return members();
            if (first == '[') return array();
            if (first == '-' || first >= '0' && first <= '9') return number();
            switch (first) {
                case 't': return named("true", new Bool(true));
                case 'f': return named("false", new Bool(false));
                case 'n': return named("null", Null.INSTANCE);
                default: throw unexpected();
            }
        }

        private Json named(String name, Json value) {
            for (int i = 0; i < name.length(); i++) {
                if (at + i >= text.length || text[at + i] != name.charAt(i)) throw unexpected();
            }
            at += name.length();
            return value;
        }

        private Json array() {
            enter();
            Items result = new Items();
            if (peek() != ']') {
                do result.items.add(value());
                while (goesOn(']'));
            }
            leave();
            return result;
        }

        private Json members() {
            enter();
            Members result = new Members();
            if (peek() != '}') {
                do member(result);
                while (goesOn('}'));
            }
            leave();
            return result;
        }

        private void member(Members members) {
            if (peek() != '"') throw unexpected();
            String name = quotedText();
            if (peek() != ':') throw unexpected();
            at++;
            if (!members.add(name, value())) throw unexpected();
        }

        private boolean goesOn(char end) {
            int next = peek();
            if (next == ',') {
                at++;
                return true;
            }
            if (next != end) throw unexpected();
            return false;
        }

        private void enter() {
            if (depth == MAX_DEPTH) throw unexpected();
            depth++;
            at++;
        }

        private void leave() {
            depth--;
            at++;
        }

        private Json number() {
            int start = at;
            if (text[at] == '-') at++;
            if (at < text.length && text[at] == '0') at++;
            else digits();
            if (at < text.length && text[at] == '.') {
                at++;
                digits();
            }
            if (at < text.length && (text[at] == 'e' || text[at] == 'E')) {
                at++;
                if (at < text.length && (text[at] == '+' || text[at] == '-')) at++;
                digits();
            }
            return new Number(new String(text, start, at - start, StandardCharsets.UTF_8));
        }

        private void digits() {
            int i = at;
            while (i < text.length && text[i] >= '0' && text[i] <= '9') i++;
            if (i == at) throw unexpected();
            at = i;
        }

        private String quotedText() {
            int start = at + 1;
            int i = start;
            while (i < text.length) {
                int b = text[i] & 255;
                if (b == '"') {
                    at = i + 1;
                    return new String(text, start, i - start, StandardCharsets.UTF_8);
                }
                if (b == '\\') return escaped(start, i);
                if (b < 32) throw unexpected();
                i++;
            }
            throw unexpected();
        }

        private String escaped(int start, int first) {
            StringBuilder result = new StringBuilder(new String(text, start, first - start, StandardCharsets.UTF_8));
            at = first;
            while (at < text.length && text[at] != '"') {
                if (text[at] == '\\') {
                    escape(result);
                } else {
                    int from = at;
                    while (at < text.length && text[at] != '"' && text[at] != '\\') {
                        if (text[at] >= 0 && text[at] < 32) throw unexpected();
                        at++;
                    }
                    result.append(new String(text, from, at - from, StandardCharsets.UTF_8));
                }
            }
            if (at == text.length) throw unexpected();
            at++;
            return result.toString();
        }

        private void escape(StringBuilder result) {
            at++;
            int sign = at < text.length ? text[at] : 0;
            at++;
            switch (sign) {
                case '"': case '\\': case '/': result.append((char) sign); break;
                case 'b': result.append('\b'); break;
                case 'f': result.append('\f'); break;
                case 'n': result.append('\n'); break;
                case 'r': result.append('\r'); break;
                case 't': result.append('\t'); break;
                case 'u': result.append(unit()); break;
                default: throw unexpected();
            }
        }

        private char unit() {
            int value = 0;
            for (int i = 0; i < 4; i++) {
                int digit = at < text.length ? Character.digit(text[at], 16) : -1;
                if (digit < 0) throw unexpected();
                value = value << 4 | digit;
                at++;
            }
            return (char) value;
        }

        private IllegalArgumentException unexpected() {
            return new IllegalArgumentException("no JSON at byte " + at);
        }
    }

    static long run(byte[] document) {
        return new Parser(document).whole().visit();
    }
}
