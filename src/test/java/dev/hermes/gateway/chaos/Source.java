package dev.hermes.gateway.chaos;

import static dev.hermes.gateway.fixture.Quotes.json;

/** One producer: by which way it publishes what. */
enum Source {
    PUBLISHED_QUEUE("queue:updates", "queue_update", 45),
    PUBLISHED_DOWNLOADS("download:updates", "download_progress", 45),
    ADDED_QUEUE("queue:updates", "queue_update", 25),
    ADDED_DOWNLOADS("download:updates", "download_progress", 25),
    POSTED_QUEUE("queue:updates", "queue_update", 15);

    /** How many downloads there are; the events of one are told apart by their number. */
    static final int DOWNLOADS = 4;

    private static final String PADDING = "x".repeat(160);

    private final String channel;
    private final String type;
    private final int perSecond;

    Source(String channel, String type, int perSecond) {
        this.channel = channel;
        this.type = type;
        this.perSecond = perSecond;
    }

    String channel() {
        return channel;
    }

    String type() {
        return type;
    }

    int perSecond() {
        return perSecond;
    }

    boolean ofDownloads() {
        return channel.equals("download:updates");
    }

    static String download(int number) {
        return "d-" + number % DOWNLOADS;
    }

    String data(int number) {
        return json("{'s':'%s','n':%s,'download_id':'%s','pad':'%s'}", name(), number, download(number), PADDING);
    }

    /** Which one that data is of. */
    static Source of(String data) {
        return valueOf(between(data, json("{'s':'"), '"'));
    }

    static int numberOf(String data) {
        return Integer.parseInt(between(data, json("'n':"), ','));
    }

    private static String between(String data, String before, char after) {
        int from = data.indexOf(before) + before.length();
        return data.substring(from, data.indexOf(after, from));
    }
}
