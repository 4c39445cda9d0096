/*
 * The least that fanning out can cost: one thread that hears one Redis channel and writes each message to every stream
 * with one write() of its own. It reads no request, forgets nothing and resumes nobody.
 *
 *   floor <port> <redis port> <channel>
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MOST_STREAMS = 20000, MOST_READY = 512, BUFFER = 1 << 20, FRAME_OVERHEAD = 64 };

static const char ANSWER[] =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\nTransfer-Encoding: chunked\r\n\r\n";
static const char BEFORE[] = "event: queue_update\ndata: ";
static const char AFTER[] = "\n\n";

static int streams[MOST_STREAMS];
static int stream_count;
static int poller;

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static struct sockaddr_in loopback(const char *port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short) atoi(port))};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

static void watch(int descriptor) {
    struct epoll_event event = {.events = EPOLLIN, .data.fd = descriptor};
    if (epoll_ctl(poller, EPOLL_CTL_ADD, descriptor, &event) != 0) {
        fail("epoll_ctl");
    }
}

static int listening(const char *port) {
    int one = 1;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    struct sockaddr_in address = loopback(port);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(listener, (struct sockaddr *) &address, sizeof address) != 0 || listen(listener, 4096) != 0) {
        fail("listen");
    }
    return listener;
}

static int subscribed(const char *port, const char *channel) {
    int redis = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = loopback(port);
    if (connect(redis, (struct sockaddr *) &address, sizeof address) != 0) {
        fail("connect");
    }
    if (dprintf(redis, "SUBSCRIBE %s\r\n", channel) < 0) {
        fail("subscribe");
    }
    return redis;
}

static void accept_all(int listener) {
    int one = 1;
    for (;;) {
        int client = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
        if (client < 0) {
            return;
        }
        setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        watch(client);
    }
}

static void forget(int client) {
    for (int at = 0; at < stream_count; at++) {
        if (streams[at] == client) {
            streams[at] = streams[--stream_count];
            break;
        }
    }
    close(client);
}

/* Whatever a client sends first is taken for its request. */
static void read_request(int client) {
    char request[4096];
    if (read(client, request, sizeof request) <= 0) {
        forget(client);
    } else if (stream_count < MOST_STREAMS && write(client, ANSWER, sizeof ANSWER - 1) > 0) {
        streams[stream_count++] = client;
    }
}

static void fan_out(const char *data, size_t length) {
    static char frame[BUFFER + FRAME_OVERHEAD];
    size_t body = sizeof BEFORE - 1 + length + sizeof AFTER - 1;
    int size = sprintf(frame, "%zx\r\n%s", body, BEFORE);
    memcpy(frame + size, data, length);
    size += (int) length;
    size += sprintf(frame + size, "%s\r\n", AFTER);
    for (int at = 0; at < stream_count; at++) {
        /* Its end is seen by epoll; what a full socket does not take is lost, and the benchmark notices. */
        if (write(streams[at], frame, (size_t) size) < 0 && errno != EAGAIN && errno != EPIPE && errno != ECONNRESET) {
            fail("write");
        }
    }
}

/* Messages come as *3 $7 message $n channel $n data; what is not whole yet stays. */
static void read_messages(int redis) {
    static char heard[BUFFER];
    static size_t kept;
    ssize_t got = read(redis, heard + kept, sizeof heard - kept - 1);
    if (got <= 0) {
        exit(0);
    }
    kept += (size_t) got;
    heard[kept] = 0;
    size_t done = 0;
    for (;;) {
        char *message = memmem(heard + done, kept - done, "$7\r\nmessage\r\n", 13);
        char *line = message;
        /* The length of the data stands on the fourth line after. */
        for (int skip = 0; line != NULL && skip < 4; skip++) {
            line = memmem(line, (size_t) (heard + kept - line), "\r\n", 2);
            line = line == NULL ? NULL : line + 2;
        }
        if (line == NULL || *line != '$') {
            break;
        }
        size_t length = (size_t) atol(line + 1);
        char *data = memmem(line, (size_t) (heard + kept - line), "\r\n", 2);
        if (data == NULL || data + 2 + length + 2 > heard + kept) {
            break;
        }
        fan_out(data + 2, length);
        done = (size_t) (data + 2 + length + 2 - heard);
    }
    memmove(heard, heard + done, kept - done);
    kept -= done;
}

int main(int count, char **words) {
    if (count != 4) {
        fputs("floor <port> <redis port> <channel>\n", stderr);
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    poller = epoll_create1(0);
    int listener = listening(words[1]);
    int redis = subscribed(words[2], words[3]);
    watch(listener);
    watch(redis);
    puts("ready");
    fflush(stdout);
    for (;;) {
        struct epoll_event ready[MOST_READY];
        int found = epoll_wait(poller, ready, MOST_READY, -1);
        for (int at = 0; at < found; at++) {
            int descriptor = ready[at].data.fd;
            if (descriptor == listener) {
                accept_all(listener);
            } else if (descriptor == redis) {
                read_messages(redis);
            } else {
                read_request(descriptor);
            }
        }
    }
}
