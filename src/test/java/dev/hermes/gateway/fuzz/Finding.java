package dev.hermes.gateway.fuzz;

/** What should not have happened, and the input that made it. */
final class Finding {

    private final byte[] input;
    private final String what;

    Finding(byte[] input, String what) {
        this.input = input;
        this.what = what;
    }

    byte[] input() {
        return input;
    }

    String what() {
        return what;
    }

    @Override
    public String toString() {
        return what;
    }
}
