package org.chunkfs.cli.demo;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** What the demo set out to show, and whether it was so. */
final class Promises {
  private record Promise(String name, boolean kept, String seen) {}

  private final List<Promise> all = new ArrayList<>();

  /**
   * @param name the promise in a few words
   * @param seen what was observed
   */
  void judge(String name, boolean kept, String seen) {
    all.add(new Promise(name, kept, seen));
  }

  boolean allKept() {
    return all.stream().allMatch(Promise::kept);
  }

  /** The names of those that were broken. */
  List<String> broken() {
    return all.stream().filter(p -> !p.kept).map(Promise::name).toList();
  }

  void print(PrintWriter out, Paint paint) {
    int width = all.stream().mapToInt(p -> p.name.length()).max().orElse(0);
    for (Promise p : all) {
      String verdict = p.kept ? paint.good("kept  ") : paint.bad("BROKEN");
      out.printf("  %s  %-" + Math.max(1, width) + "s  %s%n", verdict, p.name, p.seen);
    }
  }
}
