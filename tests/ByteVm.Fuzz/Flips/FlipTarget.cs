namespace ByteVm.Fuzz.Flips;

/// <summary>A program that makes the host read much of its memory: texts, arrays, casts, deep frames, collections, host operations of all shapes.</summary>
internal static class FlipTarget
{
    public const string Source =
        """
        class Node(let name: string, let next: Node?)

        fn build(n: int): Node {
            var list = Node("first", null)
            for i in 0..n { list = Node("node ${i}", list) }
            return list
        }

        fn lengths(list: Node?, depth: int): int {
            if depth == 0 { return 0 }
            if list == null { return 0 }
            return list.name.length + lengths(list.next, depth - 1)
        }

        fn texts(words: string[]): string[] {
            let all = new string[words.length]("")
            for i in 0..words.length { all[i] = words[i] + " ${i} ${words[i] == "b"}" }
            return all
        }

        fn numbers(values: double[]): double[] {
            let r = new double[values.length]
            for i in 0..values.length { r[i] = values[i] * 2.0; print("${r[i]} ") }
            return r
        }

        fn run(words: string[], rounds: int): string {
            var s = ""
            for i in 0..rounds {
                let list = build(8)
                s = "${lengths(list, 20)}" + texts(words)[i % words.length]
                println(s)
            }
            return s
        }
        """;
}
