package org.chunkfs.core;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.Architectures.LayeredArchitecture;
import com.tngtech.archunit.library.GeneralCodingRules;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/** The arrows between the packages of this module, and what none of them may do. */
@AnalyzeClasses(packages = "org.chunkfs", importOptions = DoNotIncludeTests.class)
final class ArchitectureTest {
  /**
   * Each package uses only those before it. The base package, the library's front door, is free.
   */
  private static final List<String> LAYERS =
      List.of("error", "format", "device", "journal", "chunk", "volume", "nio", "sim");

  @ArchTest static final ArchRule layers = layers();

  @ArchTest
  static final ArchRule usesNoModuleAboveIt =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.chunkfs.fsck..", "org.chunkfs.cli..");

  @ArchTest
  static final ArchRule callsNoNativeCode =
      noClasses()
          .should()
          .dependOnClassesThat()
          .belongToAnyOf(Linker.class, SymbolLookup.class)
          .because("native calls live in org.chunkfs.cli.fuse alone");

  @ArchTest
  static final ArchRule isSilent = GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;

  @ArchTest
  static final ArchRule takesClockAndRandomnessAsArguments =
      noClasses()
          .should()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .callMethod(Instant.class, "now")
          .orShould()
          .callMethod(Math.class, "random")
          .orShould()
          .callMethod(UUID.class, "randomUUID")
          .orShould()
          .callMethod(ThreadLocalRandom.class, "current")
          .orShould()
          .callConstructor(Random.class)
          .because("a seed replays a run");

  @ArchTest
  static final ArchRule hasNoStaticMutableState =
      fields().that().areStatic().should().beFinal().allowEmptyShould(true);

  private static ArchRule layers() {
    LayeredArchitecture rule =
        layeredArchitecture().consideringOnlyDependenciesInLayers().withOptionalLayers(true);
    for (String layer : LAYERS) {
      rule = rule.layer(layer).definedBy("org.chunkfs.core." + layer + "..");
    }
    for (int i = 0; i < LAYERS.size(); i++) {
      rule =
          i == 0
              ? rule.whereLayer(LAYERS.get(i)).mayNotAccessAnyLayer()
              : rule.whereLayer(LAYERS.get(i))
                  .mayOnlyAccessLayers(LAYERS.subList(0, i).toArray(String[]::new));
    }
    return rule.allowEmptyShould(true);
  }
}
