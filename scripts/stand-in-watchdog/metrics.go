package main

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"
)

// counts has what of-watchdog tells Prometheus, under its names.
type counts struct {
	mutex   sync.Mutex
	series  map[string]uint64
	buckets map[float64]uint64
	seconds float64
	total   uint64
}

var bounds = []float64{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10}

func newCounts() *counts {
	return &counts{series: map[string]uint64{}, buckets: map[float64]uint64{}}
}

func (counts *counts) add(status int, method string, took time.Duration) {
	counts.mutex.Lock()
	defer counts.mutex.Unlock()
	counts.series[fmt.Sprintf(`code="%d",method="%s"`, status, strings.ToLower(method))]++
	counts.seconds += took.Seconds()
	counts.total++
	for _, bound := range bounds {
		if took.Seconds() <= bound {
			counts.buckets[bound]++
		}
	}
}

func (dog *watchdog) writeMetrics(writer http.ResponseWriter, _ *http.Request) {
	counts := dog.counts
	counts.mutex.Lock()
	defer counts.mutex.Unlock()
	fmt.Fprintf(writer, "# TYPE http_requests_in_flight gauge\nhttp_requests_in_flight %d\n", dog.inflight.Load())
	fmt.Fprintln(writer, "# TYPE http_requests_total counter")
	for labels, count := range counts.series {
		fmt.Fprintf(writer, "http_requests_total{%s} %d\n", labels, count)
	}
	fmt.Fprintln(writer, "# TYPE http_request_duration_seconds histogram")
	for _, bound := range bounds {
		fmt.Fprintf(writer, "http_request_duration_seconds_bucket{le=\"%g\"} %d\n", bound, counts.buckets[bound])
	}
	fmt.Fprintf(writer, "http_request_duration_seconds_bucket{le=\"+Inf\"} %d\n", counts.total)
	fmt.Fprintf(writer, "http_request_duration_seconds_sum %f\nhttp_request_duration_seconds_count %d\n", counts.seconds, counts.total)
}
