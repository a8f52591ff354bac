package io.github.schsm;

import io.github.schsm.codec.EcCurve;
import io.github.schsm.spi.Token;
import java.io.Serial;
import java.security.interfaces.ECKey;
import java.security.spec.ECParameterSpec;
import java.util.Objects;

/** A handle for an EC private key in a token; an {@link ECKey}, so that libraries see its curve. */
public final class SchsmEcPrivateKey extends SchsmPrivateKey implements ECKey {
    @Serial
    private static final long serialVersionUID = 1L;

    private final transient EcCurve curve;

    /**
     * A handle.
     *
     * @param details must name the curve
     */
    public SchsmEcPrivateKey(Token token, TokenKey key, KeyDetails details) {
        super(token, key, details);
        this.curve = Objects.requireNonNull(details.curve(), "curve");
    }

    /** The curve. */
    public EcCurve curve() {
        return curve;
    }

    @Override
    public ECParameterSpec getParams() {
        return curve.parameters();
    }
}
