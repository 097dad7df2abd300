package org.chunkfs.fsck.check;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** All that is kept of a chunk, as text that does not tell the order in which it was met. */
public final class FactsText {
  private FactsText() {}

  /** One line for each kind of fact. */
  public static List<String> of(ChunkFacts facts) {
    Crossings kept = facts.kept();
    Map<String, Object> all = new TreeMap<>();
    all.put("names", List.of(kept.dirents, kept.backs, kept.outs, kept.ins));
    all.put("parents elsewhere", kept.parentsElsewhere);
    all.put("neighbours", kept.neighbours());
    all.put("counts", List.of(kept.outCount(), kept.inCount()));
    all.put("directories", facts.directories);
    all.put("tops", facts.tops);
    all.put("circles", facts.cycles);
    all.put("links", List.of(facts.contsOut, facts.contsIn));
    all.put("parts", facts.parts);
    all.put("heads", facts.heads);
    all.put("losses", facts.losses);
    all.put("blocks", List.of(facts.blocks, facts.blocksUsed, facts.inodeCount));
    all.put("names of losses", facts.names);
    List<String> lines = new ArrayList<>();
    all.forEach((name, what) -> lines.add(name + ": " + text(what)));
    return lines;
  }

  private static String text(Object of) {
    return switch (of) {
      case byte[] bytes -> HexFormat.of().formatHex(bytes);
      case long[] numbers -> Arrays.toString(numbers);
      case Record fact -> record(fact);
      case Map<?, ?> map -> text(map.entrySet().stream().map(FactsText::entry).toList());
      case Collection<?> many -> many.stream().map(FactsText::text).sorted().toList().toString();
      default -> of.toString();
    };
  }

  private static String entry(Map.Entry<?, ?> entry) {
    return text(entry.getKey()) + "=" + text(entry.getValue());
  }

  private static String record(Record fact) {
    List<String> parts = new ArrayList<>();
    for (RecordComponent part : fact.getClass().getRecordComponents()) {
      try {
        part.getAccessor().setAccessible(true);
        parts.add(part.getName() + " " + text(part.getAccessor().invoke(fact)));
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException(e);
      }
    }
    return parts.toString();
  }
}
