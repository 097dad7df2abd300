package org.chunkfs.fsck.planted;

import java.util.List;

/**
 * The document of the planted bugs. What the bugs are and what finds them is a fact of the code;
 * after how many states, in what words and by which script is what one run came to.
 */
final class PlantedDocument {
  private static final int MOST_WORDS = 400;

  private static final String HEAD =
      """
      # Planted bugs

      What finds mistakes must itself be tried with mistakes. Each of these bugs is planted in the class files of the engine or of
      `fsck` while they are loaded, by a test (`PlantedTest`); nothing of it is in the program. For each of them the test shows that the edit
      still fits the code in exactly one place, that the search finds nothing without it, and that it finds a broken promise with it.
      The searches are the kinds of `chunkfs torture`, cut short, and properties of the tests.

      The scripts are as short as the torture machine makes them: steps as in `chunkfs torture`, or what was damaged. A crash is looked at
      after each step, in states drawn from the seed; where the promise was broken by a second crash, what was done between the two stands in
      the words. Written by `mvn -q -Dfast -pl chunkfs-core,chunkfs-fsck test -Dtest=PlantedTest -Dplanted.write=true`.
      """;

  private PlantedDocument() {}

  /** All before the first bug. */
  static String head() {
    return HEAD;
  }

  /** What a run does not change of a bug's section. */
  static String facts(PlantedBug bug) {
    StringBuilder text = new StringBuilder("\n## " + capital(bug.name()) + "\n\n");
    text.append(bug.wrong()).append("\n\n");
    for (Edit edit : bug.edits()) {
      text.append("- Edit: `").append(edit).append("`\n");
    }
    return text.append("- Found by: ").append(bug.hunt()).append('\n').toString();
  }

  /** A bug's section. */
  static String section(PlantedBug bug, List<String> found) {
    String what = found.get(1).lines().findFirst().orElse("");
    StringBuilder text = new StringBuilder(facts(bug));
    text.append("- After so many states, cases or bytes: ").append(found.getFirst());
    text.append("\n- In words: ");
    text.append(what.length() > MOST_WORDS ? what.substring(0, MOST_WORDS) + "..." : what);
    text.append("\n\n```\n");
    List<String> script = found.subList(2, found.size());
    (script.isEmpty() ? List.of("(no step before the first crash)") : script)
        .forEach(line -> text.append(line).append('\n'));
    return text.append("```\n").toString();
  }

  private static String capital(String name) {
    return name.substring(0, 1).toUpperCase(java.util.Locale.ROOT) + name.substring(1);
  }
}
