package dev.hermes.gateway.architecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;

/** What the rules are checked against. */
final class Classes {

    static final String ROOT = "dev.hermes.gateway";

    private Classes() {}

    static JavaClasses ofMain() {
        return new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages(ROOT);
    }

    static JavaClasses ofMainAndTest() {
        return new ClassFileImporter().importPackages(ROOT);
    }
}
