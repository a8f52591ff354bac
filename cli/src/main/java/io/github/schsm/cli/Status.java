package io.github.schsm.cli;

/** Exit statuses. */
final class Status {
    /** What was asked for is done. */
    static final int DONE = 0;
    /** Refused or failed. */
    static final int FAILED = 1;
    /** The command line is wrong. */
    static final int USAGE = 2;

    private Status() {}
}
