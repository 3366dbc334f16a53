import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

// Runs one program on a file as often as asked: a line with nanoseconds and result for each run. The JSON file is read before.
final class DataHarness {
    public static void main(String[] args) throws IOException {
        byte[] document = args[0].equals("jsondata") ? Files.readAllBytes(Path.of(args[1])) : null;
        for (int i = 0; i < Integer.parseInt(args[2]); i++) {
            long start = System.nanoTime();
            long result = document == null ? Words.run(args[1]) : JsonData.run(document);
            System.out.println(System.nanoTime() - start + " " + result);
        }
    }
}
