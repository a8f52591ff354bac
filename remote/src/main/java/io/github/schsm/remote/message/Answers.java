// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.remote.message;

import java.util.List;

/**
 * What came of a server's requests, in their order. Fewer than were asked for say that the reader or the card failed.
 *
 * @param list      the answers
 * @param processed how many commands were processed
 */
public record Answers(List<Answer> list, int processed) {
    public Answers {
        list = List.copyOf(list);
    }

    /** Whether these can be the answers to those requests, all of them or the first few. */
    public boolean fit(Requests requests) {
        int at = 0;
        int commands = 0;
        for (Request request : requests.list()) {
            if (at == list.size()) {
                break;
            }
            if (request instanceof Request.Command) {
                if (!(list.get(at) instanceof Answer.Response)) {
                    return false;
                }
                commands++;
                at++;
            } else if (request instanceof Request.Reset) {
                if (!(list.get(at) instanceof Answer.Atr)) {
                    return false;
                }
                at++;
            }
        }
        return at == list.size() && commands == processed;
    }
}
