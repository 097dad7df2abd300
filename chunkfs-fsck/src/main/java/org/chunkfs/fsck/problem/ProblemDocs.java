package org.chunkfs.fsck.problem;

import java.util.Locale;

/** Writes the catalogue as a page of documentation. */
public final class ProblemDocs {
  private ProblemDocs() {}

  /** The page, in Markdown. */
  public static String markdown() {
    StringBuilder page =
        new StringBuilder(
            """
            # What fsck finds

            Every finding is a row of this table; the numbers never change and are never used again. It is made from
            `org.chunkfs.fsck.problem.Problem`. `%s` stands for what was found, and what was expected.

            Severity: *note*: nothing is wrong; *warning*: something redundant is lost or wrong; *error*: structure or content
            is damaged. Preen: `fsck -p` repairs it without asking.

            | number | name | scope | severity | preen | message |
            |---|---|---|---|---|---|
            """);
    for (Problem problem : Problem.values()) {
      page.append(
          "| %d | %s | %s | %s | %s | %s |\n"
              .formatted(
                  problem.number(),
                  problem.name(),
                  lower(problem.scope()),
                  lower(problem.severity()),
                  problem.preen() ? "yes" : "no",
                  problem.template()));
    }
    return page.toString();
  }

  private static String lower(Enum<?> of) {
    return of.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
