/**
 * What a machine does, for people: its counters as text, JSON, OpenMetrics and JMX attributes, and events for JDK Flight
 * Recorder. The counters themselves are {@link dev.hagen.cpu.Counters}.
 */
@NullMarked
package dev.hagen.profile;

import org.jspecify.annotations.NullMarked;
