// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.remote.client;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** An answer of a server, as long as it is not too long. */
final class LimitedBody implements BodySubscriber<byte[]> {
    /** One template with a length of three bytes, and more than that. */
    static final int MOST_BYTES = 0x1_0000 + 16;

    /** Wipes what it gives up. */
    private static final class Wiped extends ByteArrayOutputStream {
        byte[] take() {
            byte[] all = toByteArray();
            Arrays.fill(buf, (byte) 0);
            reset();
            return all;
        }
    }

    private final CompletableFuture<byte[]> result = new CompletableFuture<>();
    private final Wiped bytes = new Wiped();
    private Flow.@Nullable Subscription subscription;

    @Override
    public CompletionStage<byte[]> getBody() {
        return result;
    }

    @Override
    public void onSubscribe(Flow.Subscription begun) {
        subscription = begun;
        begun.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(List<ByteBuffer> parts) {
        for (ByteBuffer part : parts) {
            if (bytes.size() + part.remaining() > MOST_BYTES) {
                if (subscription != null) {
                    subscription.cancel();
                }
                result.completeExceptionally(new IOException("the answer is longer than " + MOST_BYTES + " bytes"));
                return;
            }
            byte[] copy = new byte[part.remaining()];
            part.get(copy);
            bytes.writeBytes(copy);
            Arrays.fill(copy, (byte) 0);
        }
    }

    @Override
    public void onError(Throwable failed) {
        result.completeExceptionally(failed);
    }

    @Override
    public void onComplete() {
        result.complete(bytes.take());
    }
}
