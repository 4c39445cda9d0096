package dev.hermes.gateway.endtoend;

import static org.awaitility.Awaitility.await;

import dev.hermes.gateway.demo.EmbeddedRedis;
import dev.hermes.gateway.fixture.FreePorts;
import dev.hermes.gateway.fixture.Network;
import dev.hermes.gateway.fixture.RunningGateway;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Ways in which the Redis that holds the log becomes useless for a while. */
enum RedisFault {
    STOPPED {
        @Override
        void begin(Site site) {
            site.fixture().redis().stop();
        }

        @Override
        void end(Site site) {
            site.fixture().redis().restart();
            site.fixture().reconnect();
        }
    },
    STOPPED_AND_EMPTIED(Told.LOG_LOST) {
        @Override
        void begin(Site site) {
            STOPPED.begin(site);
        }

        @Override
        void end(Site site) {
            STOPPED.end(site);
        }
    },
    SILENT {
        @Override
        void begin(Site site) {
            site.fixture().redis().pause();
        }

        @Override
        void end(Site site) {
            site.fixture().redis().resume();
        }
    },
    BLACK_HOLED {
        @Override
        void begin(Site site) {
            site.network().hold();
        }

        @Override
        void end(Site site) {
            site.network().release();
        }
    },
    RESET {
        @Override
        void begin(Site site) {
            site.network().refuse();
        }

        @Override
        void end(Site site) {
            site.network().admit();
        }
    },
    /** Messages are heard all the same, and logged once there is room. */
    OUT_OF_MEMORY(Told.NOTHING) {
        @Override
        void begin(Site site) {
            site.fixture().ask("CONFIG", "SET", "maxmemory", "1");
        }

        @Override
        void end(Site site) {
            site.fixture().ask("CONFIG", "SET", "maxmemory", "0");
        }
    },
    /** Redis cannot save what it has, and therefore takes no writes and refuses even PING; heard all the same, as above. */
    DISK_FULL(Told.NOTHING) {
        @Override
        void begin(Site site) {
            Path inTheWay = inTheWay(site);
            try {
                Files.createDirectory(inTheWay);
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
            site.fixture().ask("CONFIG", "SET", "save", "3600 1000000");
            site.fixture().ask("BGSAVE");
            await().until(() ->
                    site.fixture().ask("INFO", "persistence").get(0).contains("rdb_last_bgsave_status:err"));
        }

        @Override
        void end(Site site) {
            site.fixture().ask("CONFIG", "SET", "save", "");
            try {
                Files.delete(inTheWay(site));
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }

        /** A directory where the file is to be. */
        private static Path inTheWay(Site site) {
            return Path.of(
                    site.fixture().ask("CONFIG", "GET", "dir").get(1),
                    site.fixture().ask("CONFIG", "GET", "dbfilename").get(1));
        }
    },
    READ_ONLY {
        @Override
        void begin(Site site) {
            // Of a master that is not there, so it keeps what it has.
            site.fixture().ask("REPLICAOF", "127.0.0.1", Integer.toString(FreePorts.next()));
        }

        @Override
        void end(Site site) {
            site.fixture().ask("REPLICAOF", "NO", "ONE");
        }
    },
    READ_ONLY_WITH_DATA_OF_ANOTHER(Told.LOG_LOST) {
        @Override
        void begin(Site site) {
            EmbeddedRedis other = site.fixture().closing(FreePorts.redis("repl-diskless-sync-delay 0"));
            site.fixture().ask("REPLICAOF", "127.0.0.1", Integer.toString(other.port()));
            await().until(() -> site.fixture().ask("INFO", "replication").get(0).contains("master_link_status:up"));
        }

        @Override
        void end(Site site) {
            site.fixture().ask("REPLICAOF", "NO", "ONE");
        }
    },
    PASSWORD_CHANGED {
        @Override
        void begin(Site site) {
            site.fixture().ask("CONFIG", "SET", "requirepass", "another");
            site.fixture().ask("CLIENT", "KILL", "TYPE", "pubsub");
            site.fixture().ask("CLIENT", "KILL", "TYPE", "normal");
        }

        @Override
        void end(Site site) {
            site.fixture().ask("CONFIG", "SET", "requirepass", "");
        }
    };

    private enum Told {
        NOTHING,
        SOURCE_HOLE,
        LOG_LOST
    }

    /**
     * Where it happens.
     *
     * @param network between the gateways and Redis
     */
    record Site(RedisLogFixture fixture, Network network) {

        RunningGateway gateway() {
            return fixture.gatewayAt("redis://127.0.0.1:" + network.port());
        }
    }

    private final Told gap;

    RedisFault() {
        this(Told.SOURCE_HOLE);
    }

    RedisFault(Told gap) {
        this.gap = gap;
    }

    abstract void begin(Site site);

    /** Redis can be used when this returns. */
    abstract void end(Site site);

    /** The reasons of the gaps that a stream is told of. */
    List<String> gaps() {
        return gap == Told.NOTHING ? List.of() : List.of(gap.name().toLowerCase(Locale.ROOT));
    }

    /** A Redis for this to happen to, and what stands before it. */
    Site site() {
        List<String> settings = this == STOPPED_AND_EMPTIED ? List.of() : RedisLogFixture.KEEPING_DATA;
        RedisLogFixture fixture = new RedisLogFixture(settings);
        return new Site(fixture, fixture.closing(new Network(fixture.redis().port())));
    }
}
