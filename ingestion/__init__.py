"""Files on this machine into the raw zone of HDFS: checked first, verified after, never half there."""
