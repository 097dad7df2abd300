package org.chunkfs.cli.output;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * File names, which are bytes, as text.
 *
 * <p>Inside the program a name or a path is a <em>raw string</em>: each char is one byte, so that
 * names can be compared, split and kept in maps. Towards people it is UTF-8; what is not, and what
 * would upset a terminal, is shown as {@code \xHH}, a backslash as {@code \\}. {@link #parse} reads
 * that back.
 */
public final class Names {
  private Names() {}

  /** The raw string of a name's bytes. */
  public static String raw(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  /** The bytes of a raw string. */
  public static byte[] bytes(String raw) {
    return raw.getBytes(StandardCharsets.ISO_8859_1);
  }

  /** The raw string of a name that is text. */
  public static String rawOf(String text) {
    return raw(text.getBytes(StandardCharsets.UTF_8));
  }

  /** The text of a raw string, or null if it is not valid UTF-8. */
  public static @Nullable String text(String raw) {
    try {
      return decoder().decode(ByteBuffer.wrap(bytes(raw))).toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }

  private static CharsetDecoder decoder() {
    return StandardCharsets.UTF_8
        .newDecoder()
        .onMalformedInput(CodingErrorAction.REPORT)
        .onUnmappableCharacter(CodingErrorAction.REPORT);
  }

  /** A raw string for people. */
  public static String show(String raw) {
    return show(bytes(raw));
  }

  /** A name's bytes for people. */
  public static String show(byte[] name) {
    StringBuilder shown = new StringBuilder();
    ByteBuffer in = ByteBuffer.wrap(name);
    CharBuffer out = CharBuffer.allocate(name.length);
    CharsetDecoder decoder = decoder();
    while (true) {
      var result = decoder.decode(in, out, true);
      show(out.flip(), shown);
      out.clear();
      if (!result.isError()) {
        return shown.toString();
      }
      for (int i = 0; i < result.length(); i++) {
        shown.append("\\x%02x".formatted(in.get() & 0xFF));
      }
      decoder.reset();
    }
  }

  private static void show(CharBuffer text, StringBuilder shown) {
    text.chars()
        .forEach(c -> {
          if (c == '\\') {
            shown.append("\\\\");
          } else if (Character.isISOControl(c) || Character.getType(c) == Character.FORMAT) {
            for (byte b : Character.toString(c).getBytes(StandardCharsets.UTF_8)) {
              shown.append("\\x%02x".formatted(b & 0xFF));
            }
          } else {
            shown.append((char) c);
          }
        });
  }

  /**
   * The raw string of what {@link #show} shows. A backslash that begins neither {@code \xHH} nor
   * {@code \\} stands for itself.
   */
  public static String parse(String shown) {
    byte[] in = shown.getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int i = 0; i < in.length; i++) {
      boolean escape = in[i] == '\\' && i + 1 < in.length;
      if (escape && in[i + 1] == '\\') {
        out.write('\\');
        i++;
      } else if (escape && in[i + 1] == 'x' && i + 3 < in.length && hex(in, i + 2) >= 0) {
        out.write(hex(in, i + 2));
        i += 3;
      } else {
        out.write(in[i]);
      }
    }
    return raw(out.toByteArray());
  }

  private static int hex(byte[] in, int at) {
    int high = Character.digit(in[at], 16);
    int low = Character.digit(in[at + 1], 16);
    return high < 0 || low < 0 ? -1 : high << 4 | low;
  }
}
