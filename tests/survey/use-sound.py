# /// script
# requires-python = ">=3.13"
# dependencies = ["soundfile", "sounddevice", "librosa", "av", "imageio-ffmpeg", "pydub", "mutagen"]
#
# [tool.application]
# does = "Sound and film, by libraries and a program of the wheels"
# [tool.application.root]
# writable = ["/home"]
# [[tool.application.call]]
# environment = { HOME = "/home", TMPDIR = "/home" }
# ///
import io
import subprocess
import warnings

warnings.simplefilter("ignore")
import av
import imageio_ffmpeg
import numpy
import soundfile

tone = numpy.sin(numpy.arange(8000) / 10)
target = io.BytesIO()
soundfile.write(target, tone, 8000, format="FLAC")
target.seek(0)
print(soundfile.read(target)[0].shape, "OGG" in soundfile.available_formats())
with av.open(io.BytesIO(target.getvalue())) as media:
    print(media.streams.audio[0].codec.name, sum(frame.samples for frame in media.decode(audio=0)))
program = imageio_ffmpeg.get_ffmpeg_exe()
print(subprocess.run([program, "-version"], capture_output=True, text=True).stdout.split()[:2])
import librosa

print(librosa.feature.mfcc(y=tone.astype("float32"), sr=8000, n_mfcc=4).shape)
try:
    import sounddevice
except OSError as error:
    print(error)
