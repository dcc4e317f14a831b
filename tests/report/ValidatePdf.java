import java.io.FileInputStream;
import java.util.TreeSet;
import java.util.logging.LogManager;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

/** Asks veraPDF about files: `java ValidatePdf.java FLAVOUR,FLAVOUR FILE...`. Of each file its name, one line per flavour, then one per broken rule; exit 1 when any is broken. */
class ValidatePdf {
    public static void main(String[] arguments) throws Exception {
        LogManager.getLogManager().reset();
        VeraGreenfieldFoundryProvider.initialise();
        boolean whole = true;
        for (int at = 1; at < arguments.length; at++) {
            System.out.println("file " + arguments[at]);
            for (String flavour : arguments[0].split(",")) {
                whole &= holds(arguments[at], PDFAFlavour.fromString(flavour));
            }
        }
        System.exit(whole ? 0 : 1);
    }

    private static boolean holds(String file, PDFAFlavour flavour) throws Exception {
        try (FileInputStream bytes = new FileInputStream(file);
                PDFAParser parser = Foundries.defaultInstance().createParser(bytes, flavour);
                PDFAValidator validator = Foundries.defaultInstance().createValidator(flavour, false)) {
            ValidationResult result = validator.validate(parser);
            System.out.println(flavour.getId() + (result.isCompliant() ? " valid " : " INVALID ") + result.getTotalAssertions());
            TreeSet<String> broken = new TreeSet<>();
            for (TestAssertion assertion : result.getTestAssertions()) {
                if (assertion.getStatus() == TestAssertion.Status.FAILED) {
                    broken.add("  " + assertion.getRuleId().getClause() + "-" + assertion.getRuleId().getTestNumber() + " " + assertion.getMessage());
                }
            }
            broken.forEach(System.out::println);
            return result.isCompliant();
        }
    }
}
