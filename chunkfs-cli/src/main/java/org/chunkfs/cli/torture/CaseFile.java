package org.chunkfs.cli.torture;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.fsck.torture.TortureCase;

/**
 * A failed case in a directory: its script as text, which can be run again, and beside it the image
 * in the state in which it showed, compressed.
 *
 * <p>The text: a first line that says what it is, {@code key: value} lines, {@code script:}, and a
 * step a line.
 */
public final class CaseFile {
  private static final String FIRST = "chunkfs torture case 1";
  private static final String SUFFIX = ".case";
  private static final int COPY = 1 << 20;

  private CaseFile() {}

  /**
   * Saves a case; returns the file of its script.
   *
   * @param directory made if it is not there
   */
  public static Path save(TortureCase failed, Path directory) throws IOException {
    Files.createDirectories(directory);
    String name = "%s-%d-%d".formatted(failed.kind(), failed.seed(), failed.number());
    List<String> lines = new ArrayList<>(List.of(FIRST));
    lines.add("kind: " + failed.kind());
    lines.add("seed: " + failed.seed());
    lines.add("number: " + failed.number());
    lines.add("what: " + oneLine(failed.what()));
    BlockDevice image = failed.image();
    if (image != null) {
      Path packed = directory.resolve(name + ".img.gz");
      pack(image, packed);
      lines.add("image: " + packed.getFileName());
    }
    lines.add("script:");
    failed.script().forEach(line -> lines.add(oneLine(line)));
    return Files.write(directory.resolve(name + SUFFIX), lines);
  }

  private static String oneLine(String text) {
    return text.strip().replaceAll("\\s*\\R\\s*", " | ");
  }

  private static void pack(BlockDevice image, Path to) throws IOException {
    try (OutputStream out =
        new BufferedOutputStream(new GZIPOutputStream(Files.newOutputStream(to)), COPY)) {
      byte[] bytes = new byte[COPY];
      for (long at = 0; at < image.size(); at += COPY) {
        int n = (int) Math.min(COPY, image.size() - at);
        image.read(at, ByteBuffer.wrap(bytes, 0, n));
        out.write(bytes, 0, n);
      }
    }
  }

  /**
   * Reads what {@link #save} wrote, without the image.
   *
   * @throws IOException if it is no such file, in one sentence
   */
  public static TortureCase read(Path file) throws IOException {
    List<String> lines = Files.readAllLines(file, StandardCharsets.UTF_8);
    int script = lines.indexOf("script:");
    if (lines.isEmpty() || !lines.getFirst().equals(FIRST) || script < 0) {
      throw new IOException(
          "%s is no case of chunkfs torture: it must begin with '%s' and have a line 'script:'."
              .formatted(file, FIRST));
    }
    Map<String, String> values = new HashMap<>();
    for (String line : lines.subList(1, script)) {
      int colon = line.indexOf(": ");
      if (colon > 0) {
        values.put(line.substring(0, colon), line.substring(colon + 2));
      }
    }
    try {
      return new TortureCase(
          value(values, "kind", file),
          Long.parseLong(value(values, "seed", file)),
          Long.parseLong(value(values, "number", file)),
          values.getOrDefault("what", ""),
          lines.subList(script + 1, lines.size()),
          null);
    } catch (NumberFormatException e) {
      throw new IOException(file + ": seed and number must be whole numbers.", e);
    }
  }

  private static String value(Map<String, String> values, String key, Path file)
      throws IOException {
    String value = values.get(key);
    if (value == null) {
      throw new IOException(
          "%s is no case of chunkfs torture: it names no %s.".formatted(file, key));
    }
    return value;
  }
}
