package org.chunkfs.fsck.planted;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Constructor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Each planted bug is found by what must find it, and nothing is found without it; the document
 * says so of each.
 */
final class PlantedTest {
  private static final Path DOCUMENT = Path.of("docs", "planted-bugs.md");
  private static final boolean WRITE = Boolean.getBoolean("planted.write");

  /** What hunts came to without any bug; several bugs share one. */
  private final Map<Hunt, List<String>> clean = new HashMap<>();

  @TestFactory
  Stream<DynamicTest> everyPlantedBugIsFound() {
    return PlantedBugs.all().stream()
        .map(bug -> DynamicTest.dynamicTest(bug.name(), () -> isFound(bug)));
  }

  private void isFound(PlantedBug bug) throws IOException, ReflectiveOperationException {
    for (Edit edit : bug.edits()) {
      Edit.Edited edited = edit.apply(PlantedLoader.compiled(loader(), edit.className()));
      assertThat(edited.methods()).as("methods that are %s", edit.method()).isOne();
      assertThat(edited.places()).as("%s does not fit the code any more", edit).isOne();
    }
    if (!clean.containsKey(bug.hunt())) {
      clean.put(bug.hunt(), hunt(loader(), bug.hunt()));
    }
    assertThat(clean.get(bug.hunt())).as("%s, without the bug", bug.hunt()).hasSize(1);
    List<String> found = hunt(new PlantedLoader(bug.edits()), bug.hunt());
    if (found.size() == 1) {
      // Background threads have their say in what is recorded: another run may need more rounds.
      found = hunt(new PlantedLoader(bug.edits()), bug.hunt().longer());
    }
    assertThat(found).as("%s, by %s", bug.name(), bug.hunt()).hasSizeGreaterThan(1);
  }

  @Test
  void theDocumentTellsOfEach() throws IOException, ReflectiveOperationException {
    if (WRITE) {
      StringBuilder text = new StringBuilder(PlantedDocument.head());
      for (PlantedBug bug : PlantedBugs.all()) {
        List<String> found = hunt(new PlantedLoader(bug.edits()), bug.hunt().shrinking());
        text.append(PlantedDocument.section(bug, found));
      }
      Files.writeString(DOCUMENT, text);
    }
    String document = Files.readString(DOCUMENT);
    assertThat(document).startsWith(PlantedDocument.head());
    for (PlantedBug bug : PlantedBugs.all()) {
      assertThat(document).contains(PlantedDocument.facts(bug) + "- After");
    }
    assertThat(document.lines().filter(line -> line.startsWith("## ")))
        .as("bugs in %s", DOCUMENT)
        .hasSameSizeAs(PlantedBugs.all());
  }

  private static ClassLoader loader() {
    return PlantedTest.class.getClassLoader();
  }

  @SuppressWarnings("unchecked")
  private static List<String> hunt(ClassLoader with, Hunt hunt)
      throws ReflectiveOperationException {
    Constructor<?> hunter =
        Class.forName(Hunter.class.getName(), true, with).getDeclaredConstructor();
    hunter.setAccessible(true);
    return ((Function<List<String>, List<String>>) hunter.newInstance()).apply(hunt.words());
  }
}
