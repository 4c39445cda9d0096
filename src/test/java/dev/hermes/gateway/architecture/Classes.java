package dev.hermes.gateway.architecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;

/** What the rules are checked against; read once, since that takes seconds. */
final class Classes {

    static final String ROOT = "dev.hermes.gateway";

    static final JavaClasses OF_MAIN = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(ROOT);
    static final JavaClasses OF_MAIN_AND_TEST = new ClassFileImporter().importPackages(ROOT);

    private Classes() {}
}
