package org.chunkfs.core.format;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** docs/format.md and the pinned places of all fields. */
final class FormatDocTest {
  private static final Path DOCUMENT = Path.of("docs", "format.md");
  private static final String REGENERATE =
      "mvn -q -Dfast -pl chunkfs-core test -Dtest=FormatDocTest -Dformat.write=true";

  @Test
  void theDocumentIsWhatTheTablesSay() throws IOException {
    String made = FormatDoc.markdown();
    if (Boolean.getBoolean("format.write")) {
      Files.writeString(DOCUMENT, made);
    }
    assertThat(Files.exists(DOCUMENT) ? Files.readString(DOCUMENT) : "")
        .as("%s is not what the field tables say; run: %s", DOCUMENT, REGENERATE)
        .isEqualTo(made);
  }

  @Test
  void everyRecordIsInTheDocument() throws ReflectiveOperationException {
    Set<RecordLayout> found = new HashSet<>();
    for (JavaClass type :
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("org.chunkfs.core.format")) {
      for (JavaField field : type.getFields()) {
        if (field.getRawType().isEquivalentTo(RecordLayout.class)
            && field.getName().equals("LAYOUT")) {
          found.add((RecordLayout) field.reflect().get(null));
        }
      }
    }
    assertThat(FormatDoc.records().stream().map(RecordLayout::name))
        .containsExactlyInAnyOrderElementsOf(found.stream().map(RecordLayout::name).toList());
  }

  /** The format is a contract: a line may be added, never changed. */
  @Test
  void everyFieldIsWhereItAlwaysWas() throws IOException {
    StringBuilder places = new StringBuilder();
    for (RecordLayout record : FormatDoc.records()) {
      for (Field f : record.fields()) {
        places.append(
            "%s | %s | %s | %d | %d\n"
                .formatted(record.name(), f.name(), f.type(), f.offset(), f.size()));
      }
    }
    assertThat(places.toString())
        .as("Sizes and offsets of fields on disk; a change needs a new format version")
        .isEqualTo(pinned());
  }

  private static String pinned() throws IOException {
    try (var in = FormatDocTest.class.getResourceAsStream("fields.txt")) {
      assertThat(in).as("fields.txt").isNotNull();
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void recordsHaveNoGaps() {
    for (RecordLayout record : FormatDoc.records()) {
      int at = record.fields().getFirst().offset();
      for (Field f : record.fields()) {
        assertThat(f.offset()).as("%s.%s", record.name(), f.name()).isEqualTo(at);
        at += f.size();
      }
      assertThat(record.size()).as(record.name()).isEqualTo(at);
    }
  }
}
