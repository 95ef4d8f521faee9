import java.io.File;
import javax.xml.XMLConstants;
import javax.xml.transform.stream.StreamSource;
import javax.xml.validation.Schema;
import javax.xml.validation.SchemaFactory;

/** java XsdCheck.java SCHEMA FILE…: one line for each file that is not valid; exit 1 where there is one. */
public class XsdCheck {
  public static void main(String[] args) throws Exception {
    Schema schema = SchemaFactory.newInstance(XMLConstants.W3C_XML_SCHEMA_NS_URI).newSchema(new File(args[0]));
    boolean bad = false;
    for (int i = 1; i < args.length; i++) {
      try {
        schema.newValidator().validate(new StreamSource(new File(args[i])));
      } catch (org.xml.sax.SAXException found) {
        bad = true;
        System.out.println(args[i] + ": " + found.getMessage());
      }
    }
    System.exit(bad ? 1 : 0);
  }
}
