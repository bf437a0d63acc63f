// A stand-in for of-watchdog in http mode, for machines that cannot have of-watchdog itself: what passes behind it is NOT shown with
// of-watchdog, and whatever is measured with it is to be named so. It does what docs/operations/of-watchdog.md says that the functions rely
// on, under the same settings; it serves no other mode. scripts/install-of-watchdog.sh --stand-in builds it; nothing finds it by itself.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

const version = "stand-in, not of-watchdog"

type watchdog struct {
	upstream    *url.URL
	client      *http.Client
	readyPath   string
	execTimeout time.Duration
	maxInflight int64
	inflight    atomic.Int64
	draining    atomic.Bool
	counts      *counts
}

func setting(name, otherwise string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return otherwise
}

// duration takes "20s" and, as of-watchdog does, "20" for seconds.
func duration(name, otherwise string) time.Duration {
	value := setting(name, otherwise)
	if seconds, err := strconv.Atoi(value); err == nil {
		return time.Duration(seconds) * time.Second
	}
	parsed, err := time.ParseDuration(value)
	if err != nil {
		log.Fatalf("%s: %s", name, err)
	}
	return parsed
}

func number(name, otherwise string) int {
	parsed, err := strconv.Atoi(setting(name, otherwise))
	if err != nil {
		log.Fatalf("%s: %s", name, err)
	}
	return parsed
}

func lockFile() string { return filepath.Join(os.TempDir(), ".lock") }

func main() {
	showVersion := flag.Bool("version", false, "print the version")
	healthcheck := flag.Bool("run-healthcheck", false, "exit with 0 where the one that runs is healthy")
	flag.Parse()
	if *showVersion {
		log.Print("Version: " + version)
		return
	}
	if *healthcheck {
		if _, err := os.Stat(lockFile()); err != nil {
			log.Fatal("unhealthy: there is no lock file")
		}
		return
	}

	upstream, err := url.Parse(setting("upstream_url", setting("http_upstream_url", "http://127.0.0.1:3000")))
	if err != nil {
		log.Fatalf("upstream_url: %s", err)
	}
	dog := &watchdog{
		upstream: upstream,
		client: &http.Client{
			Transport: &http.Transport{
				DialContext:         (&net.Dialer{Timeout: 3 * time.Second}).DialContext,
				MaxIdleConns:        100,
				MaxIdleConnsPerHost: 100,
				IdleConnTimeout:     500 * time.Millisecond,
				DisableCompression:  true,
			},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		readyPath:   setting("ready_path", ""),
		execTimeout: duration("exec_timeout", "20s"),
		maxInflight: int64(number("max_inflight", "0")),
		counts:      newCounts(),
	}

	child := startFunction()
	term := make(chan os.Signal, 1)
	signal.Notify(term, syscall.SIGTERM)

	server := &http.Server{
		Addr:         ":" + setting("port", "8080"),
		Handler:      dog,
		ReadTimeout:  duration("read_timeout", "22s"),
		WriteTimeout: duration("write_timeout", "22s"),
	}
	metrics := http.NewServeMux()
	metrics.HandleFunc("/metrics", dog.writeMetrics)
	go serve(&http.Server{Addr: ":" + setting("metrics_port", "8081"), Handler: metrics})
	if err := os.WriteFile(lockFile(), nil, 0o660); err != nil {
		log.Fatalf("the lock file: %s", err)
	}
	go serve(server)

	// the function hears it at once, while calls are still taken for the interval
	<-term
	dog.draining.Store(true)
	os.Remove(lockFile())
	child.Signal(syscall.SIGTERM)
	time.Sleep(duration("healthcheck_interval", setting("write_timeout", "22s")))
	ctx, cancel := context.WithTimeout(context.Background(), server.WriteTimeout)
	defer cancel()
	if err := server.Shutdown(ctx); err != nil {
		log.Fatalf("calls were still under way: %s", err)
	}
}

func serve(server *http.Server) {
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		log.Fatal(err)
	}
}

// startFunction ends this process with an error when the function ends with one; its end with 0 goes unnoticed.
func startFunction() *os.Process {
	words := strings.Fields(os.Getenv("fprocess"))
	if len(words) == 0 {
		log.Fatal("fprocess names no program")
	}
	command := exec.Command(words[0], words[1:]...)
	// through pipes that are emptied here, whatever the length of a line
	command.Stdout = struct{ io.Writer }{os.Stdout}
	command.Stderr = struct{ io.Writer }{os.Stderr}
	if err := command.Start(); err != nil {
		log.Fatalf("%s: %s", words[0], err)
	}
	go func() {
		if err := command.Wait(); err != nil {
			log.Fatalf("the function has ended: %s", err)
		}
	}()
	return command.Process
}

func (dog *watchdog) ServeHTTP(writer http.ResponseWriter, request *http.Request) {
	switch request.URL.Path {
	case "/_/health":
		dog.answerHealth(writer)
	case "/_/ready":
		dog.answerReady(writer, request)
	default:
		dog.invoke(writer, request)
	}
}

func (dog *watchdog) answerHealth(writer http.ResponseWriter) {
	if dog.draining.Load() {
		writer.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	io.WriteString(writer, "OK")
}

func (dog *watchdog) answerReady(writer http.ResponseWriter, request *http.Request) {
	switch {
	case dog.draining.Load():
		writer.WriteHeader(http.StatusServiceUnavailable)
	case dog.maxInflight > 0 && dog.inflight.Load() >= dog.maxInflight:
		writer.WriteHeader(http.StatusTooManyRequests)
	case dog.readyPath == "":
		io.WriteString(writer, "OK")
	default:
		asked := request.Clone(request.Context())
		asked.URL.Path = dog.readyPath
		dog.handOn(writer, asked)
	}
}

func (dog *watchdog) invoke(writer http.ResponseWriter, request *http.Request) {
	since := time.Now()
	answer := &answer{ResponseWriter: writer, status: http.StatusOK}
	current := dog.inflight.Add(1)
	defer func() {
		dog.inflight.Add(-1)
		dog.counts.add(answer.status, request.Method, time.Since(since))
	}()
	if dog.maxInflight > 0 && current > dog.maxInflight {
		answer.Header().Set("X-OpenFaaS-Internal", "faas-middleware")
		http.Error(answer, "too many calls at once", http.StatusTooManyRequests)
		return
	}
	dog.handOn(answer, request)
}

func (dog *watchdog) timeoutOf(request *http.Request) time.Duration {
	if asked, err := time.ParseDuration(request.Header.Get("X-Timeout")); err == nil && asked < dog.execTimeout {
		return asked
	}
	return dog.execTimeout
}

func (dog *watchdog) handOn(writer http.ResponseWriter, request *http.Request) {
	since := time.Now()
	ctx, cancel := context.WithTimeout(request.Context(), dog.timeoutOf(request))
	defer cancel()
	target := *dog.upstream
	target.Path, target.RawPath, target.RawQuery = request.URL.Path, request.URL.RawPath, request.URL.RawQuery
	call := request.Clone(ctx)
	call.URL, call.RequestURI = &target, ""
	response, err := dog.client.Do(call)
	if err != nil {
		status := http.StatusInternalServerError
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			status = http.StatusGatewayTimeout
		}
		// who is called by way of a gateway can tell this answer from one of the function's own
		writer.Header().Set("X-OpenFaaS-Internal", "of-watchdog")
		log.Printf("%s %s: %s", request.Method, request.URL.Path, err)
		writer.WriteHeader(status)
		return
	}
	defer response.Body.Close()
	for name, values := range response.Header {
		writer.Header()[name] = values
	}
	writer.Header().Set("X-Duration-Seconds", fmt.Sprintf("%f", time.Since(since).Seconds()))
	writer.WriteHeader(response.StatusCode)
	if _, err := io.Copy(writer, response.Body); err != nil {
		// half an answer must not look like a whole one
		panic(http.ErrAbortHandler)
	}
}

// answer remembers the status for the counts.
type answer struct {
	http.ResponseWriter
	status int
}

func (answer *answer) WriteHeader(status int) {
	answer.status = status
	answer.ResponseWriter.WriteHeader(status)
}
