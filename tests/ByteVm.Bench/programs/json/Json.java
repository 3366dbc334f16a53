// A JSON text is built, parsed into objects, and printed again: bytes, virtual calls, and objects of several classes.
final class Json {
    abstract static class Value {
        abstract void write(Buffer output);
    }

    static final class Number extends Value {
        final int value;

        Number(int value) {
            this.value = value;
        }

        @Override
        void write(Buffer output) {
            output.addNumber(value);
        }
    }

    static final class Text extends Value {
        final byte[] value;

        Text(byte[] value) {
            this.value = value;
        }

        @Override
        void write(Buffer output) {
            output.addText(value);
        }
    }

    static final class Truth extends Value {
        final boolean value;

        Truth(boolean value) {
            this.value = value;
        }

        @Override
        void write(Buffer output) {
            output.addWord(value ? wordTrue : wordFalse);
        }
    }

    static final class List extends Value {
        Value[] items = new Value[4];
        int count;

        void add(Value item) {
            if (count == items.length) {
                Value[] larger = new Value[2 * count];
                for (int i = 0; i < count; i++) {
                    larger[i] = items[i];
                }
                items = larger;
            }
            items[count] = item;
            count++;
        }

        @Override
        void write(Buffer output) {
            output.add(91);
            for (int i = 0; i < count; i++) {
                if (i > 0) {
                    output.add(44);
                }
                items[i].write(output);
            }
            output.add(93);
        }
    }

    static final class Record extends Value {
        final List names = new List();
        final List values = new List();

        void add(Value name, Value value) {
            names.add(name);
            values.add(value);
        }

        @Override
        void write(Buffer output) {
            output.add(123);
            for (int i = 0; i < names.count; i++) {
                if (i > 0) {
                    output.add(44);
                }
                names.items[i].write(output);
                output.add(58);
                values.items[i].write(output);
            }
            output.add(125);
        }
    }

    static final class Buffer {
        byte[] bytes = new byte[64];
        int length;

        void add(int value) {
            if (length == bytes.length) {
                byte[] larger = new byte[2 * length];
                for (int i = 0; i < length; i++) {
                    larger[i] = bytes[i];
                }
                bytes = larger;
            }
            bytes[length] = (byte) value;
            length++;
        }

        void addWord(byte[] word) {
            for (int i = 0; i < word.length; i++) {
                add(word[i]);
            }
        }

        void addText(byte[] text) {
            add(34);
            addWord(text);
            add(34);
        }

        void addNumber(int value) {
            if (value >= 10) {
                addNumber(value / 10);
            }
            add(48 + value % 10);
        }
    }

    static final byte[] wordTrue = {116, 114, 117, 101};
    static final byte[] wordFalse = {102, 97, 108, 115, 101};
    static final byte[] nameId = {105, 100};
    static final byte[] nameTags = {116, 97, 103, 115};
    static final byte[] nameOpen = {111, 112, 101, 110};

    static final class Parser {
        final byte[] text;
        final int length;
        int position;

        Parser(byte[] text, int length) {
            this.text = text;
            this.length = length;
        }

        Value parse() {
            byte next = text[position];
            if (next == 123) {
                return parseRecord();
            } else if (next == 91) {
                return parseList();
            } else if (next == 34) {
                return parseText();
            } else if (next == 116) {
                position += 4;
                return new Truth(true);
            } else if (next == 102) {
                position += 5;
                return new Truth(false);
            }
            return parseNumber();
        }

        Record parseRecord() {
            Record result = new Record();
            position++;
            while (text[position] != 125) {
                if (text[position] == 44) {
                    position++;
                }
                Text name = parseText();
                position++;
                result.add(name, parse());
            }
            position++;
            return result;
        }

        List parseList() {
            List result = new List();
            position++;
            while (text[position] != 93) {
                if (text[position] == 44) {
                    position++;
                }
                result.add(parse());
            }
            position++;
            return result;
        }

        Text parseText() {
            int start = position + 1;
            position = start;
            while (text[position] != 34) {
                position++;
            }
            byte[] content = new byte[position - start];
            for (int i = 0; i < content.length; i++) {
                content[i] = text[start + i];
            }
            position++;
            return new Text(content);
        }

        Number parseNumber() {
            int value = 0;
            while (position < length && text[position] >= 48 && text[position] <= 57) {
                value = value * 10 + (text[position] - 48);
                position++;
            }
            return new Number(value);
        }
    }

    static Value sample(int size) {
        List result = new List();
        for (int i = 0; i < size; i++) {
            List tags = new List();
            for (int j = 0; j < i % 4; j++) {
                tags.add(new Text(new byte[] {97, (byte) (98 + j), (byte) (99 + i % 20)}));
            }
            Record record = new Record();
            record.add(new Text(nameId), new Number(i * 37));
            record.add(new Text(nameTags), tags);
            record.add(new Text(nameOpen), new Truth(i % 3 == 0));
            result.add(record);
        }
        return result;
    }

    static long run(int size) {
        Buffer buffer = new Buffer();
        sample(size).write(buffer);
        long check = 0;
        for (int round = 0; round < 5; round++) {
            Buffer copy = new Buffer();
            new Parser(buffer.bytes, buffer.length).parse().write(copy);
            for (int i = 0; i < copy.length; i++) {
                check = check * 31 + copy.bytes[i];
            }
        }
        return check;
    }
}
