// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.remote.client;

import io.github.schsm.ConfigurationException;
import io.github.schsm.DeviceIdentity;
import io.github.schsm.InvalidRequestException;
import io.github.schsm.MalformedDataException;
import io.github.schsm.SchsmException;
import io.github.schsm.TransportException;
import io.github.schsm.codec.PrintableText;
import io.github.schsm.remote.message.Answer;
import io.github.schsm.remote.message.Answers;
import io.github.schsm.remote.message.Post;
import io.github.schsm.remote.message.Request;
import io.github.schsm.remote.message.Requests;
import java.io.IOException;
import java.net.ConnectException;
import java.net.CookieManager;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Dials in to a server with a reader of this computer, and carries its commands to the card (RAMOverHTTP). A line that
 * breaks is made again, after pauses that grow; what was wrong from the start ends it.
 */
public final class RamClient {
    static final System.Logger LOG = System.getLogger("io.github.schsm.remote");

    private static final String ANSWERS = "application/org.openscdp-content-mgt-response;version=1.0";
    private static final int OK = 200;
    private static final int DONE = 204;
    private static final int FORBIDDEN = 403;
    private static final int NOT_FOUND = 404;
    private static final int GATEWAY_TIMEOUT = 504;
    private static final Duration TO_CONNECT = Duration.ofSeconds(10);
    /** As long as the vendor's client waits; servers count on it. */
    private static final Duration TO_ANSWER = Duration.ofSeconds(40);

    private static final Duration TO_LEAVE = Duration.ofSeconds(5);
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(15);
    /** Until it is looked again whether the device is back: that concerns no server. */
    private static final Duration TO_LOOK = Duration.ofMillis(500);
    /** How often in a row it dials again at once, because the card was only out for a moment. */
    private static final int MOST_WITHOUT_PAUSE = 3;

    private static final Duration LONG_LINE = Duration.ofSeconds(10);

    private final LocalReader reader;
    private final URI server;
    private final @Nullable SSLContext tls;
    private final RamListener listener;
    private final @Nullable PinFirst pins;
    private final boolean once;
    private final CountDownLatch leaving = new CountDownLatch(1);
    private final CountDownLatch left = new CountDownLatch(1);
    private volatile @Nullable String farewell;
    private volatile @Nullable CompletableFuture<HttpResponse<byte[]>> posting;
    private char @Nullable [] pin;
    /** The device that the PIN was given for; nothing else gets it. */
    private @Nullable DeviceIdentity pinOwner;

    private boolean pinAccepted;
    private boolean everConnected;

    /** Where the user PIN comes from that is verified here, so that it does not leave this computer. */
    public interface PinFirst {
        /**
         * The PIN. Asked for once: the same is verified again each time the card lost its power, as long as it is the same
         * device.
         *
         * @param device    the device's id
         * @param triesLeft how often it may be tried; -1 if the device does not say
         * @return the caller's to wipe
         * @throws Exception if there is none
         */
        char[] pin(String device, int triesLeft) throws Exception;
    }

    /**
     * A client that has not dialed in yet.
     *
     * @param reader   the reader; the caller's to close
     * @param server   where the server is: https, or http on this computer
     * @param tls      TLS with our key, and with whom we trust; null for plain HTTP
     * @param pins     where the PIN comes from that is verified before it dials in; null if none is
     * @param once     whether it ends with the first line
     * @param listener is told what it does
     * @throws ConfigurationException if others could hear what is said to the server
     */
    public RamClient(
            LocalReader reader,
            URI server,
            @Nullable SSLContext tls,
            @Nullable PinFirst pins,
            boolean once,
            RamListener listener)
            throws ConfigurationException {
        this.reader = reader;
        this.server = server;
        this.tls = tls;
        this.pins = pins;
        this.once = once;
        this.listener = listener;
        require(server, tls);
    }

    /**
     * The address of a server as people write it, with or without {@code ram:} before it.
     *
     * @throws ConfigurationException if it is none
     */
    public static URI address(String text) throws ConfigurationException {
        String url = text.startsWith("ram:") ? text.substring("ram:".length()) : text;
        try {
            return new URI(url);
        } catch (URISyntaxException none) {
            throw wrong(text, none.getReason());
        }
    }

    private static void require(URI server, @Nullable SSLContext tls) throws ConfigurationException {
        String scheme = String.valueOf(server.getScheme()).toLowerCase(Locale.ROOT);
        if (server.getHost() == null || server.getUserInfo() != null) {
            throw wrong(server.toString(), "there is no host in it, or more than that");
        }
        if (scheme.equals("https") && tls != null) {
            return;
        }
        if (!scheme.equals("http")) {
            throw wrong(server.toString(), "it begins neither with https: nor with http:");
        }
        try {
            if (!InetAddress.getByName(server.getHost()).isLoopbackAddress()) {
                throw wrong(server.toString(), "plain HTTP is for this computer alone: use https");
            }
        } catch (UnknownHostException unknown) {
            throw wrong(server.toString(), "there is no host " + server.getHost());
        }
    }

    private static ConfigurationException wrong(String text, String why) {
        return new ConfigurationException("the server " + text + " cannot be dialed: " + why + "; an address looks like"
                + " https://hsm.example.com:8443/path");
    }

    /** Whether an address needs TLS. */
    public static boolean isSecure(URI server) {
        return "https".equalsIgnoreCase(server.getScheme());
    }

    /**
     * Serves until {@link #leave} or, if it serves once, until the line is gone.
     *
     * @throws SchsmException if the device is not meant or the PIN is wrong; if the server is not trusted, has no such
     *                        path, or refuses this client, and there never was a line to it
     * @throws InterruptedException if the thread was interrupted
     */
    public void run() throws SchsmException, InterruptedException {
        try {
            Duration pause = FIRST_PAUSE;
            boolean away = false;
            int without = 0;
            while (farewell == null) {
                long begin = System.nanoTime();
                Ending ending = dial();
                if (System.nanoTime() - begin > LONG_LINE.toNanos()) {
                    without = 0;
                }
                if (farewell != null) {
                    return;
                }
                if (once || (ending.forGood() && !everConnected)) {
                    if (ending.problem() == null) {
                        return;
                    }
                    throw ending.problem();
                }
                if (ending.worked()) {
                    pause = FIRST_PAUSE;
                }
                if (ending.byCard() && without++ < MOST_WITHOUT_PAUSE) {
                    listener.lost(ending.reason(), Duration.ZERO);
                    continue;
                }
                boolean stillAway = away && ending.away();
                away = ending.away();
                if (away) {
                    pause = TO_LOOK;
                }
                if (!stillAway) {
                    listener.lost(ending.reason(), pause);
                }
                if (leaving.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
                    return;
                }
                Duration longer = away ? FIRST_PAUSE : pause.multipliedBy(2);
                pause = longer.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : longer;
            }
        } finally {
            if (pin != null) {
                Arrays.fill(pin, '\0');
            }
            left.countDown();
        }
    }

    /**
     * Ends it, from another thread: tells the server why, and gives the card back. Waits for a command that the card is
     * carrying out, as long as that does not take too long.
     *
     * @param reason for the person at the server
     */
    public void leave(String reason) {
        farewell = reason;
        leaving.countDown();
        CompletableFuture<HttpResponse<byte[]>> post = posting;
        if (post != null) {
            post.cancel(true);
        }
        try {
            if (!left.await(2 * TO_LEAVE.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.log(System.Logger.Level.DEBUG, "the card did not end its command in time");
            }
        } catch (InterruptedException asked) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * How a line ended.
     *
     * @param reason  for people
     * @param worked  whether there was one
     * @param byCard  whether the card or its reader failed, and not the line
     * @param forGood whether trying again will not help
     * @param away    whether it was not begun, because the device is not here
     * @param problem to throw, if there is one
     */
    private record Ending(
            String reason,
            boolean worked,
            boolean byCard,
            boolean forGood,
            boolean away,
            @Nullable SchsmException problem) {
        static Ending of(SchsmException problem, boolean worked, boolean forGood) {
            return new Ending(String.valueOf(problem.getMessage()), worked, false, forGood, false, problem);
        }

        static Ending away(SchsmException problem) {
            return new Ending(String.valueOf(problem.getMessage()), false, false, false, true, problem);
        }

        static Ending asked(String reason, boolean worked) {
            return new Ending(reason, worked, false, false, false, null);
        }

        static Ending byCard(String reason) {
            return new Ending(reason, true, true, false, false, null);
        }
    }

    private Ending dial() throws SchsmException, InterruptedException {
        LentCard card;
        try {
            card = LentCard.connect(reader.find());
        } catch (SchsmException problem) {
            if (!LocalReader.isAbsence(problem)) {
                throw problem;
            }
            return Ending.away(problem);
        }
        try (card) {
            if (pins != null) {
                verifyHere(card, pins);
            }
            listener.dialing(card.device(), card.reader());
            return new Line(card).serve();
        } catch (TransportException failed) {
            return Ending.of(failed, false, false);
        }
    }

    private void verifyHere(LentCard card, PinFirst source) throws SchsmException {
        DeviceIdentity owner = pinOwner;
        if (owner != null && !owner.equals(card.place().identity())) {
            throw new InvalidRequestException(
                    "device " + card.place().identity().uniqueName() + " is in reader '"
                            + PrintableText.of(card.reader()) + "' now, and the user PIN was given for device "
                            + owner.uniqueName() + ", so it is not sent to it: begin again");
        }
        int tries = card.triesLeft();
        if (pin == null) {
            pinOwner = card.place().identity();
            try {
                pin = source.pin(card.device(), tries);
            } catch (SchsmException e) {
                throw e;
            } catch (Exception none) {
                throw new InvalidRequestException(String.valueOf(none.getMessage()), none);
            }
        } else if (tries == 1) {
            throw new InvalidRequestException(
                    "device " + card.device() + ": only one try is left for the user PIN, which somebody else must have"
                            + " got wrong; it is not used up by itself, so begin again");
        }
        try {
            card.verify(pin);
            pinAccepted = true;
        } catch (TransportException broken) {
            if (pinAccepted) {
                throw broken;
            }
            throw new SchsmException(
                    "device " + card.device() + " did not say whether the user PIN is right (" + broken.getMessage()
                            + "); it is not tried once more by itself, so begin again",
                    broken);
        }
    }

    /** One line, from the first post to the last. */
    private final class Line {
        private final LentCard card;
        private final HttpClient http;
        private boolean worked;
        private boolean leavingSaid;
        private String failure = "the card failed";

        Line(LentCard card) {
            this.card = card;
            HttpClient.Builder builder = HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .followRedirects(HttpClient.Redirect.NEVER)
                    .cookieHandler(new CookieManager())
                    .connectTimeout(TO_CONNECT);
            if (tls != null) {
                builder.sslContext(tls);
            }
            http = builder.build();
        }

        Ending serve() throws InterruptedException {
            try {
                return exchange();
            } catch (IOException failed) {
                if (farewell != null) {
                    sayFarewell();
                    return Ending.asked("left", worked);
                }
                boolean distrust = failed instanceof SSLException;
                String what = distrust ? "there is no TLS with it: " : "the line to it is broken: ";
                return Ending.of(
                        new TransportException(server + ": " + what + reason(failed), failed),
                        worked,
                        distrust && !worked);
            } catch (InterruptedException asked) {
                farewell = "ended";
                sayFarewell();
                throw asked;
            } catch (MalformedDataException garbage) {
                return Ending.of(
                        new TransportException(
                                server + ": what it answers is no request (" + garbage.getMessage()
                                        + "); does something else listen there?",
                                garbage),
                        worked,
                        !worked);
            }
        }

        private Ending exchange() throws IOException, MalformedDataException, InterruptedException {
            Post post = Post.initiation(card.atr());
            while (true) {
                HttpResponse<byte[]> response = send(post, TO_ANSWER);
                if (response.statusCode() != OK) {
                    return refused(response);
                }
                if (leavingSaid) {
                    return Ending.byCard(failure);
                }
                byte[] body = response.body();
                Requests requests;
                try {
                    requests = Requests.parse(body);
                } finally {
                    Arrays.fill(body, (byte) 0);
                }
                if (!worked) {
                    worked = true;
                    everConnected = true;
                    listener.connected();
                }
                for (Request request : requests.list()) {
                    if (request instanceof Request.Notification told && told.id() < 0) {
                        listener.notification(told.id(), told.text());
                        return Ending.of(
                                new TransportException(
                                        server + ": it ended the session (" + told.id() + "): " + told.text()),
                                true,
                                false);
                    }
                }
                post = process(requests);
                if (farewell != null && !leavingSaid) {
                    leavingSaid = true;
                    post = post.andLeaving(String.valueOf(farewell));
                }
            }
        }

        private Ending refused(HttpResponse<byte[]> response) {
            int status = response.statusCode();
            if (leavingSaid) {
                return Ending.byCard(failure);
            }
            String why = switch (status) {
                case DONE -> "the server has no more work";
                case FORBIDDEN -> "it does not let this computer in (HTTP 403)";
                case NOT_FOUND -> "there is no such path (HTTP 404)";
                case GATEWAY_TIMEOUT ->
                    "nobody asked for this device in time (HTTP 504): does device = … of the program there name it?";
                default -> "it answered HTTP " + status;
            };
            boolean forGood = status == NOT_FOUND || status == FORBIDDEN;
            return status == DONE
                    ? Ending.asked(why, worked)
                    : Ending.of(new TransportException(server + ": " + why), worked, forGood);
        }

        /** In order, whatever the status words; a failure of the reader or the card ends the list. */
        private Post process(Requests requests) {
            List<Answer> answers = new ArrayList<>();
            int processed = 0;
            try {
                for (Request request : requests.list()) {
                    if (request instanceof Request.Command command) {
                        answers.add(new Answer.Response(carryOut(command)));
                        processed++;
                    } else if (request instanceof Request.Reset) {
                        answers.add(new Answer.Atr(card.reset()));
                        listener.reset();
                    } else if (request instanceof Request.Notification told) {
                        listener.notification(told.id(), told.text());
                    }
                }
                return Post.of(new Answers(answers, processed));
            } catch (TransportException failed) {
                leavingSaid = true;
                failure = String.valueOf(failed.getMessage());
                return Post.of(new Answers(answers, processed)).andLeaving(failure);
            } finally {
                for (Request request : requests.list()) {
                    if (request instanceof Request.Command command) {
                        command.wipe();
                    }
                }
            }
        }

        private byte[] carryOut(Request.Command command) throws TransportException {
            byte[] apdu = command.apdu();
            byte[] header = Arrays.copyOf(apdu, Math.min(apdu.length, 4));
            byte[] response = card.transmit(apdu);
            if (response.length < 2) {
                throw new TransportException("the card answered " + response.length + " bytes, which is no response");
            }
            listener.command(
                    header, (response[response.length - 2] & 0xFF) << 8 | (response[response.length - 1] & 0xFF));
            return response;
        }

        private HttpResponse<byte[]> send(Post post, Duration patience) throws IOException, InterruptedException {
            byte[] body = post.encode();
            HttpRequest request = HttpRequest.newBuilder(server)
                    .timeout(patience)
                    .header("Content-Type", ANSWERS)
                    .header("Accept", "*/*")
                    .header("X-Admin-Protocol", "openscdp-remote-admin/1.0")
                    .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                    .build();
            CompletableFuture<HttpResponse<byte[]>> sent = http.sendAsync(request, head -> new LimitedBody());
            posting = sent;
            try {
                if (farewell != null && post.leaving() == null) {
                    sent.cancel(true);
                }
                return sent.get(patience.toMillis() + 1_000, TimeUnit.MILLISECONDS);
            } catch (ExecutionException failed) {
                throw failed.getCause() instanceof IOException io ? io : new IOException(failed.getCause());
            } catch (TimeoutException late) {
                throw new IOException("there was no answer in " + patience.toSeconds() + " s", late);
            } catch (CancellationException cancelled) {
                throw new IOException("it was left", cancelled);
            } finally {
                posting = null;
                sent.cancel(true);
                Arrays.fill(body, (byte) 0);
                wipe(post);
            }
        }

        private static void wipe(Post post) {
            Answers answers = post.answers();
            if (answers != null) {
                for (Answer answer : answers.list()) {
                    if (answer instanceof Answer.Response response) {
                        Arrays.fill(response.apdu(), (byte) 0);
                    }
                }
            }
        }

        private void sayFarewell() throws InterruptedException {
            try {
                send(Post.leaving(String.valueOf(farewell)), TO_LEAVE);
            } catch (IOException unheard) {
                LOG.log(System.Logger.Level.DEBUG, "the server did not hear that this client leaves", unheard);
            }
        }

        /** What TLS has to say stands at the bottom of its causes, what the network has to say at the top. */
        private static String reason(IOException failed) {
            String reason = null;
            for (Throwable at = failed; at != null; at = at.getCause()) {
                String message = at.getMessage();
                if (message != null && !message.isBlank() && (reason == null || failed instanceof SSLException)) {
                    reason = message;
                }
            }
            if (reason != null) {
                return reason;
            }
            return failed instanceof ConnectException ? "nothing listens there" : "the connection was closed";
        }
    }
}
