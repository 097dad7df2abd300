package org.chunkfs.fsck;

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
import java.util.List;

/** The arrows between the packages of this module, and what none of them may do. */
@AnalyzeClasses(packages = "org.chunkfs.fsck", importOptions = DoNotIncludeTests.class)
final class ArchitectureTest {
  /** Each package uses only those before it. The base package, the module's front door, is free. */
  private static final List<String> LAYERS =
      List.of("problem", "scan", "check", "undo", "repair", "report", "plan", "online", "scrub");

  @ArchTest static final ArchRule layers = layers();

  @ArchTest
  static final ArchRule usesNoModuleAboveIt =
      noClasses().should().dependOnClassesThat().resideInAnyPackage("org.chunkfs.cli..");

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
  static final ArchRule hasNoStaticMutableState =
      fields().that().areStatic().should().beFinal().allowEmptyShould(true);

  private static ArchRule layers() {
    LayeredArchitecture rule =
        layeredArchitecture().consideringOnlyDependenciesInLayers().withOptionalLayers(true);
    for (String layer : LAYERS) {
      rule = rule.layer(layer).definedBy("org.chunkfs.fsck." + layer + "..");
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
