package org.chunkfs.cli.inspect;

import java.util.HexFormat;
import java.util.Set;
import org.chunkfs.cli.output.Modes;
import org.chunkfs.cli.output.Names;
import org.chunkfs.cli.output.Times;
import org.chunkfs.core.format.BlockKind;
import org.chunkfs.core.format.CommitNumber;
import org.chunkfs.core.format.Field;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.format.RecordLayout;

/** Records as rows: every field of a table with its value, in the form that says most. */
final class Fields {
  private static final Set<String> TIMES =
      Set.of("atime", "mtime", "ctime", "btime", "created", "opened");
  private static final Set<String> INODES =
      Set.of("owner", "parent", "ino", "head", "target", "root");
  private static final Set<String> COMMITS =
      Set.of("g", "base_g", "tail_prev_g", "stable_g", "prev_g");
  private static final Set<String> HEX =
      Set.of("crc", "root_crc", "magic", "cookie", "back_key", "compat", "ro_compat", "incompat");
  private static final int MOST_BYTES = 24;

  private Fields() {}

  /** Adds all fields of the record at {@code at}. */
  static void add(Section to, RecordLayout layout, byte[] bytes, int at) {
    for (Field field : layout.fields()) {
      if (!field.name().startsWith("reserved") || !zero(field, bytes, at)) {
        to.row(field.name(), value(field, bytes, at), field.doc());
      }
    }
  }

  private static boolean zero(Field field, byte[] bytes, int at) {
    for (int i = 0; i < field.size(); i++) {
      if (bytes[at + field.offset() + i] != 0) {
        return false;
      }
    }
    return true;
  }

  static String value(Field field, byte[] bytes, int at) {
    String name = field.name();
    return switch (field) {
      case Field.Bytes b -> bytes(name, b.get(bytes, at));
      case Field.U64 u when TIMES.contains(name) ->
          u.get(bytes, at) == 0 ? "0" : Times.exact(u.get(bytes, at));
      case Field.U64 u when INODES.contains(name) ->
          u.get(bytes, at) == 0 ? "0" : Ino.show(u.get(bytes, at));
      case Field.U64 u when COMMITS.contains(name) -> commit(u.get(bytes, at));
      case Field.U64 u when HEX.contains(name) -> "0x%016x".formatted(u.get(bytes, at));
      case Field.U32 u when HEX.contains(name) -> "0x%08x".formatted(u.get(bytes, at));
      case Field.U16 u when name.equals("mode") ->
          u.get(bytes, at) == 0
              ? "0"
              : "%06o %s".formatted(u.get(bytes, at), Modes.show(u.get(bytes, at)));
      case Field.U16 u when name.equals("kind") -> kind(u.get(bytes, at));
      case Field.U8 u when name.equals("kind") -> kind(u.get(bytes, at));
      default -> field.show(bytes, at);
    };
  }

  private static String kind(int code) {
    BlockKind kind = BlockKind.of(code);
    return code + " " + (kind == null ? "(no such kind)" : kind);
  }

  /** A commit number as epoch and number in it. */
  static String commit(long g) {
    int epoch = CommitNumber.epochOf(g);
    return g == 0 ? "0" : epoch + "." + (g - CommitNumber.base(epoch));
  }

  private static String bytes(String name, byte[] value) {
    int end = value.length;
    while (end > 0 && value[end - 1] == 0) {
      end--;
    }
    if (name.equals("label")) {
      return end == 0 ? "(none)" : Names.show(java.util.Arrays.copyOf(value, end));
    }
    if (name.equals("uuid")) {
      String hex = HexFormat.of().formatHex(value);
      return "%s-%s-%s-%s-%s"
          .formatted(
              hex.substring(0, 8),
              hex.substring(8, 12),
              hex.substring(12, 16),
              hex.substring(16, 20),
              hex.substring(20));
    }
    if (end == 0) {
      return value.length + " zeros";
    }
    return end <= MOST_BYTES
        ? HexFormat.of().formatHex(value, 0, end)
        : HexFormat.of().formatHex(value, 0, MOST_BYTES) + "... (" + value.length + " bytes)";
  }
}
