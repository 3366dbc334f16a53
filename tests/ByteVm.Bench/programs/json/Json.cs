namespace ByteVm.Bench.Programs;

/// <summary>A JSON text is built, parsed into objects, and printed again: bytes, virtual calls, and objects of several classes.</summary>
internal static class Json
{
    private abstract class Value
    {
        public abstract void Write(Buffer output);
    }

    private sealed class Number : Value
    {
        public readonly int value;

        public Number(int value)
        {
            this.value = value;
        }

        public override void Write(Buffer output)
        {
            output.AddNumber(value);
        }
    }

    private sealed class Text : Value
    {
        public readonly byte[] value;

        public Text(byte[] value)
        {
            this.value = value;
        }

        public override void Write(Buffer output)
        {
            output.AddText(value);
        }
    }

    private sealed class Truth : Value
    {
        public readonly bool value;

        public Truth(bool value)
        {
            this.value = value;
        }

        public override void Write(Buffer output)
        {
            output.AddWord(value ? wordTrue : wordFalse);
        }
    }

    private sealed class List : Value
    {
        public Value[] items = new Value[4];
        public int count;

        public void Add(Value item)
        {
            if (count == items.Length)
            {
                Value[] larger = new Value[2 * count];
                for (int i = 0; i < count; i++)
                {
                    larger[i] = items[i];
                }
                items = larger;
            }
            items[count] = item;
            count++;
        }

        public override void Write(Buffer output)
        {
            output.Add(91);
            for (int i = 0; i < count; i++)
            {
                if (i > 0)
                {
                    output.Add(44);
                }
                items[i].Write(output);
            }
            output.Add(93);
        }
    }

    private sealed class Record : Value
    {
        public readonly List names = new List();
        public readonly List values = new List();

        public void Add(Value name, Value value)
        {
            names.Add(name);
            values.Add(value);
        }

        public override void Write(Buffer output)
        {
            output.Add(123);
            for (int i = 0; i < names.count; i++)
            {
                if (i > 0)
                {
                    output.Add(44);
                }
                names.items[i].Write(output);
                output.Add(58);
                values.items[i].Write(output);
            }
            output.Add(125);
        }
    }

    private sealed class Buffer
    {
        public byte[] bytes = new byte[64];
        public int length;

        public void Add(int value)
        {
            if (length == bytes.Length)
            {
                byte[] larger = new byte[2 * length];
                for (int i = 0; i < length; i++)
                {
                    larger[i] = bytes[i];
                }
                bytes = larger;
            }
            bytes[length] = (byte)value;
            length++;
        }

        public void AddWord(byte[] word)
        {
            for (int i = 0; i < word.Length; i++)
            {
                Add(word[i]);
            }
        }

        public void AddText(byte[] text)
        {
            Add(34);
            AddWord(text);
            Add(34);
        }

        public void AddNumber(int value)
        {
            if (value >= 10)
            {
                AddNumber(value / 10);
            }
            Add(48 + value % 10);
        }
    }

    private static readonly byte[] wordTrue = [116, 114, 117, 101];
    private static readonly byte[] wordFalse = [102, 97, 108, 115, 101];
    private static readonly byte[] nameId = [105, 100];
    private static readonly byte[] nameTags = [116, 97, 103, 115];
    private static readonly byte[] nameOpen = [111, 112, 101, 110];

    private sealed class Parser
    {
        public readonly byte[] text;
        public readonly int length;
        public int position;

        public Parser(byte[] text, int length)
        {
            this.text = text;
            this.length = length;
        }

        public Value Parse()
        {
            byte next = text[position];
            if (next == 123)
            {
                return ParseRecord();
            }
            else if (next == 91)
            {
                return ParseList();
            }
            else if (next == 34)
            {
                return ParseText();
            }
            else if (next == 116)
            {
                position += 4;
                return new Truth(true);
            }
            else if (next == 102)
            {
                position += 5;
                return new Truth(false);
            }
            return ParseNumber();
        }

        public Record ParseRecord()
        {
            Record result = new Record();
            position++;
            while (text[position] != 125)
            {
                if (text[position] == 44)
                {
                    position++;
                }
                Text name = ParseText();
                position++;
                result.Add(name, Parse());
            }
            position++;
            return result;
        }

        public List ParseList()
        {
            List result = new List();
            position++;
            while (text[position] != 93)
            {
                if (text[position] == 44)
                {
                    position++;
                }
                result.Add(Parse());
            }
            position++;
            return result;
        }

        public Text ParseText()
        {
            int start = position + 1;
            position = start;
            while (text[position] != 34)
            {
                position++;
            }
            byte[] content = new byte[position - start];
            for (int i = 0; i < content.Length; i++)
            {
                content[i] = text[start + i];
            }
            position++;
            return new Text(content);
        }

        public Number ParseNumber()
        {
            int value = 0;
            while (position < length && text[position] >= 48 && text[position] <= 57)
            {
                value = value * 10 + (text[position] - 48);
                position++;
            }
            return new Number(value);
        }
    }

    private static Value Sample(int size)
    {
        List result = new List();
        for (int i = 0; i < size; i++)
        {
            List tags = new List();
            for (int j = 0; j < i % 4; j++)
            {
                tags.Add(new Text([97, (byte)(98 + j), (byte)(99 + i % 20)]));
            }
            Record record = new Record();
            record.Add(new Text(nameId), new Number(i * 37));
            record.Add(new Text(nameTags), tags);
            record.Add(new Text(nameOpen), new Truth(i % 3 == 0));
            result.Add(record);
        }
        return result;
    }

    public static long Run(int size)
    {
        Buffer buffer = new Buffer();
        Sample(size).Write(buffer);
        long check = 0;
        for (int round = 0; round < 5; round++)
        {
            Buffer copy = new Buffer();
            new Parser(buffer.bytes, buffer.length).Parse().Write(copy);
            for (int i = 0; i < copy.length; i++)
            {
                check = check * 31 + copy.bytes[i];
            }
        }
        return check;
    }
}
