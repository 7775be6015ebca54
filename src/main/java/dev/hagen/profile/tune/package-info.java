/**
 * The tuner of the translation cache: traces of what was asked of it, their replay under other policies and sizes, and reports.
 *
 * <p>A {@link TraceRecorder} listens to a running cache and a {@link TraceFile} keeps what it has heard. {@link Replay} tells a
 * trace to the same store class that a running cache would use, {@link Optimum} to one that knows the future. A
 * {@link Study} does so for all policies and a range of sizes; {@link Recommendation} chooses, and {@link StudyText},
 * {@link StudyTable} and {@link StudyPage} show it.
 */
@NullMarked
package dev.hagen.profile.tune;

import org.jspecify.annotations.NullMarked;
