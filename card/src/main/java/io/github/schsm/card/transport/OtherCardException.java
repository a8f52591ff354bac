package io.github.schsm.card.transport;

import io.github.schsm.TokenNotPresentException;
import java.io.Serial;
import java.util.Locale;

/** There is a card in the reader, but no SmartCard-HSM. Of its own type so that listing devices can skip it quietly. */
public final class OtherCardException extends TokenNotPresentException {
    @Serial
    private static final long serialVersionUID = 1L;

    public OtherCardException(String reader, int sw) {
        super(String.format(
                Locale.ROOT, "reader '%s': the card in it is no SmartCard-HSM (SELECT answered %04X)", reader, sw));
    }
}
