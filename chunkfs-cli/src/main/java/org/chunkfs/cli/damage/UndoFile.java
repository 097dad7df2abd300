package org.chunkfs.cli.damage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.chunkfs.core.device.BlockDevice;
import org.chunkfs.core.error.DeviceException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A file that says what was changed in an image, and how to change it back. */
public final class UndoFile {
  private static final JsonMapper JSON = new JsonMapper();
  private static final HexFormat HEX = HexFormat.of();

  private UndoFile() {}

  /**
   * The file's content: {@code image}, and {@code changes[]} with {@code position, place, what,
   * before, after}, the bytes in hexadecimal.
   */
  public static ObjectNode json(String uuid, List<Change> changes) {
    ObjectNode file = JSON.createObjectNode().put("image", uuid);
    ArrayNode list = file.putArray("changes");
    for (Change change : changes) {
      list.addObject()
          .put("position", change.position())
          .put("place", change.place())
          .put("what", change.what())
          .put("before", HEX.formatHex(change.before()))
          .put("after", HEX.formatHex(change.after()));
    }
    return file;
  }

  /**
   * Writes the file, durable on return, whole or not at all: it must be there before the damage is.
   */
  public static void write(Path path, String uuid, List<Change> changes) throws IOException {
    byte[] text = JSON.writeValueAsString(json(uuid, changes)).getBytes(StandardCharsets.UTF_8);
    Path next = path.resolveSibling(path.getFileName() + ".new");
    try (FileChannel channel =
        FileChannel.open(
            next,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      ByteBuffer bytes = ByteBuffer.wrap(text);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(next, path, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Reads a file's changes. */
  public static List<Change> read(Path path) throws IOException {
    try {
      List<Change> changes = new ArrayList<>();
      JsonNode list = JSON.readTree(Files.readString(path)).path("changes");
      if (!list.isArray()) {
        throw new IllegalArgumentException("no changes");
      }
      for (JsonNode change : list) {
        byte[] before = HEX.parseHex(change.path("before").asString(""));
        byte[] after = HEX.parseHex(change.path("after").asString(""));
        long position = change.path("position").asLong(-1);
        if (before.length == 0 || before.length != after.length || position < 0) {
          throw new IllegalArgumentException("a change of nothing");
        }
        String place = change.path("place").asString("");
        changes.add(new Change(position, place, change.path("what").asString(""), before, after));
      }
      return changes;
    } catch (JacksonException
        | IllegalArgumentException
        | java.nio.charset.CharacterCodingException e) {
      throw new FileSystemException(
          path.toString(), null, "is not a file that chunkfs corrupt --undo wrote");
    }
  }

  /** Writes the damage, durable on return. */
  public static void apply(BlockDevice device, List<Change> changes) throws IOException {
    for (Change change : changes) {
      device.write(change.position(), ByteBuffer.wrap(change.after()));
    }
    device.flush();
  }

  /**
   * Puts the old bytes back, durable on return.
   *
   * @throws DeviceException if something else changed them meanwhile; nothing is written then
   */
  public static void takeBack(BlockDevice device, List<Change> changes) throws IOException {
    // Changes may overlap: each is compared with what taking back those after it will leave.
    Map<Long, Byte> restored = new HashMap<>();
    for (Change change : changes.reversed()) {
      byte[] now = read(device, change);
      for (int i = 0; i < now.length; i++) {
        now[i] = restored.getOrDefault(change.position() + i, now[i]);
        restored.put(change.position() + i, change.before()[i]);
      }
      if (!Arrays.equals(now, change.after()) && !Arrays.equals(now, change.before())) {
        throw new DeviceException(
            "%s: the bytes at %d are no longer what the damage made of them; nothing was taken back"
                .formatted(change.place(), change.position()));
      }
    }
    for (Change change : changes.reversed()) {
      device.write(change.position(), ByteBuffer.wrap(change.before()));
    }
    device.flush();
  }

  private static byte[] read(BlockDevice device, Change change) throws IOException {
    byte[] now = new byte[change.after().length];
    if (change.position() > device.size() - now.length) {
      throw new DeviceException(
          "the image ends at %d, before the damage at %d; it is another image"
              .formatted(device.size(), change.position()));
    }
    device.read(change.position(), ByteBuffer.wrap(now));
    return now;
  }
}
