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

        fn copies(words: string[], n: int): int {
            let from = new int[n]; let to = new int[n + 3]; let bytes = new byte[n]; let names = new string[words.length]("")
            from.fill(0, n, 7)
            from.copy(0, to, 3, n)
            bytes.fill(0, n, 1)
            words.copy(0, names, 0, words.length)
            var s = 0
            for name in names { s = s + hashOf(name) + name.length }
            return s + to[n]
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
                if i % 4 == 0 { println("${copies(words, 30 + i % 5)}") }
            }
            return s
        }
        """;
}
