package org.chunkfs.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;

/** The arrows between the packages of this module, and what none of them may do. */
@AnalyzeClasses(packages = "org.chunkfs.cli", importOptions = DoNotIncludeTests.class)
final class ArchitectureTest {
  /** The base package holds the commands; what they are built of does not know them. */
  @ArchTest
  static final ArchRule nothingBelowTheCommandsUsesThem =
      noClasses()
          .that()
          .resideInAnyPackage("org.chunkfs.cli.*..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.chunkfs.cli")
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule theKernelsProtocolStandsAlone =
      noClasses()
          .that()
          .resideInAPackage("org.chunkfs.cli.fuse..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.chunkfs.cli.server..", "org.chunkfs.cli.output..", "picocli..")
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule nativeCallsLiveInOnePackage =
      noClasses()
          .that()
          .resideOutsideOfPackage("org.chunkfs.cli.fuse..")
          .should()
          .dependOnClassesThat()
          .belongToAnyOf(Linker.class, SymbolLookup.class);
}
