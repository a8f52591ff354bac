package io.github.schsm.card;

import io.github.schsm.SchsmException;
import io.github.schsm.TransportException;
import java.security.NoSuchAlgorithmException;
import javax.smartcardio.CardTerminals;
import javax.smartcardio.TerminalFactory;
import jnasmartcardio.Smartcardio;

/**
 * jnasmartcardio: recovers from a restart of the PC/SC service and takes answers as long as the buffer. The service's
 * library is loaded at first use, not before, so that a program without readers starts without it.
 */
final class JnaTerminalSource implements TerminalSource {
    static final JnaTerminalSource INSTANCE = new JnaTerminalSource();

    private JnaTerminalSource() {}

    @Override
    public String name() {
        return "pcsc";
    }

    @Override
    public CardTerminals open() throws SchsmException {
        try {
            return TerminalFactory.getInstance("PC/SC", null, new Smartcardio()).terminals();
        } catch (Smartcardio.EstablishContextException | NoSuchAlgorithmException e) {
            throw PcscFault.of(e).serviceFailure(name());
        } catch (LinkageError e) {
            throw new TransportException(
                    "the PC/SC library cannot be loaded (" + e.getMessage()
                            + "); install the PC/SC service, on Debian: apt-get install pcscd",
                    e);
        }
    }

    @Override
    public void close(CardTerminals terminals) {
        if (terminals instanceof Smartcardio.JnaCardTerminals context) {
            try {
                context.close();
            } catch (Smartcardio.JnaPCSCException e) {
                PcscTransport.LOG.log(System.Logger.Level.DEBUG, "the PC/SC context was gone before it was closed", e);
            }
        }
    }

    @Override
    public boolean isRemote() {
        return RedirectedPcsc.isRemote(System.getenv());
    }

    @Override
    public String toString() {
        return name();
    }
}
