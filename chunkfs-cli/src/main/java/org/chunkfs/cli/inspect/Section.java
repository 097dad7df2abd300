package org.chunkfs.cli.inspect;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** A part of what an inspection found: a title, verdicts, fields, and parts of its own. */
public final class Section {
  private static final int VALUE_COLUMN = 24;

  private final String title;
  private final List<Verdict> verdicts = new ArrayList<>();
  private final List<Row> rows = new ArrayList<>();
  private final List<Section> parts = new ArrayList<>();

  private record Verdict(boolean ok, String text) {}

  private record Row(String name, String value, String meaning) {}

  Section(String title) {
    this.title = title;
  }

  /** Something that is as it must be. */
  void good(String text) {
    verdicts.add(new Verdict(true, text));
  }

  /** Something that is not: what was expected, and what was found. */
  void bad(String text) {
    verdicts.add(new Verdict(false, text));
  }

  /** One value and what it means; the meaning may be empty. */
  void row(String name, String value, String meaning) {
    rows.add(new Row(name, value, meaning));
  }

  Section part(String partTitle) {
    Section part = new Section(partTitle);
    parts.add(part);
    return part;
  }

  /** Whether anything in it is not as it must be. */
  public boolean damaged() {
    return verdicts.stream().anyMatch(v -> !v.ok) || parts.stream().anyMatch(Section::damaged);
  }

  /** Prints it for people. */
  public void print(PrintWriter out) {
    print(out, "");
  }

  private void print(PrintWriter out, String indent) {
    out.println(indent + title);
    for (Verdict v : verdicts) {
      out.println(indent + (v.ok ? "  ok   " : "  BAD  ") + v.text);
    }
    for (Row row : rows) {
      StringBuilder line = new StringBuilder(indent).append("  ").append(row.name);
      pad(line, indent.length() + VALUE_COLUMN);
      line.append(row.value);
      if (!row.meaning.isEmpty()) {
        pad(line, indent.length() + 2 * VALUE_COLUMN);
        line.append("# ").append(row.meaning);
      }
      out.println(line);
    }
    for (Section part : parts) {
      part.print(out, indent + "  ");
    }
  }

  private static void pad(StringBuilder line, int to) {
    do {
      line.append(' ');
    } while (line.length() < to);
  }

  /** The same for programs: {@code title, verdicts[], fields[], parts[]}. */
  public ObjectNode json() {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("title", title);
    ArrayNode judged = node.putArray("verdicts");
    for (Verdict v : verdicts) {
      judged.addObject().put("ok", v.ok).put("text", v.text);
    }
    ArrayNode fields = node.putArray("fields");
    for (Row row : rows) {
      ObjectNode field = fields.addObject().put("name", row.name).put("value", row.value);
      if (!row.meaning.isEmpty()) {
        field.put("meaning", row.meaning);
      }
    }
    ArrayNode below = node.putArray("parts");
    parts.forEach(part -> below.add(part.json()));
    return node;
  }
}
