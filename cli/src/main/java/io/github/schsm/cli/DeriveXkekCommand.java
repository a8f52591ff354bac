package io.github.schsm.cli;

import io.github.schsm.AttestedPublicKey;
import io.github.schsm.KeyDomainStatus;
import io.github.schsm.SchsmKey;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import javax.crypto.KeyAgreement;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "derive-xkek",
        description = "Agrees on a key domain's KEK with another member; both sides show the same KCV then.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class DeriveXkekCommand extends SchsmCommand {
    @Option(names = "--label", required = true, paramLabel = "LABEL", description = "The exchange key on this device.")
    private String label;

    @Option(
            names = "--peer",
            required = true,
            paramLabel = "FILE",
            description = "The other side's public key file, as its schsm exchange-key export wrote it.")
    private Path peer;

    @Override
    Answer answer(Context context) throws GeneralSecurityException {
        AttestedPublicKey other = AttestedPublicKey.parse(FileIo.read(peer, "public key file"));
        Connected connected = context.openWithPin();
        SchsmKey exchange = connected.key(label);
        KeyAgreement agreement = KeyAgreement.getInstance("ECDH_XKEK", connected.provider());
        agreement.init(exchange);
        agreement.doPhase(other, true);
        agreement.generateSecret("XKEK");
        KeyDomainStatus status = connected.domainOf(exchange).status();
        String from = other.identity().deviceId();
        return Answer.of(
                Text.lines(
                        "Device " + connected.id() + " agreed on a KEK with device " + from + ".",
                        "Key domain UID " + Text.hex(status.uid()),
                        "KCV            " + Text.hex(status.kcv()) + "  (has to be the same on the other side)"),
                Answer.json("device", connected.id())
                        .and("peer", from)
                        .and("keyDomain", Text.json(status))
                        .and("kcv", Text.hex(status.kcv()))
                        .members());
    }
}
