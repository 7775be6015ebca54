# Merges three files into the expected output of a test guest: the decisions so far, Bochs's
# output and QEMU's, given as part 1, 2 and 3. See record.sh --help.

function subject(line) { return substr(line, 1, index(line, ":") - 1) }

part == 1 && /^# UNDECIDED/ { comment = ""; next }
part == 1 && /^#/ { comment = comment $0 "\n"; next }
part == 1 {
  if (comment != "") {
    decided[subject($0)] = comment $0
  }
  comment = ""
  next
}
part == 2 { bochs[subject($0)] = $0; next }
{
  other = bochs[subject($0)]
  if (decided[subject($0)] ~ /^# Overrules/) {
    print decided[subject($0)]
  } else if ($0 == other || other ~ /: skipped/) {
    print
  } else if ($0 ~ /: skipped/ && other != "") {
    print other
  } else if (decided[subject($0)] != "") {
    print decided[subject($0)]
  } else {
    print "# UNDECIDED QEMU: " $0
    print "# UNDECIDED Bochs: " other
    undecided++
  }
}

END {
  if (undecided) {
    print name ": " undecided " lines on which QEMU and Bochs disagree are undecided" > "/dev/stderr"
    exit 1
  }
}
