/**
 * What ONNX, PyTorch and Keras call operators, layers, losses, optimizers and schedules, where a name is close to another one's: who writes
 * one of these means it, and no other. What is offered under the name here is found before anybody looks for what was meant.
 */
export const namesElsewhere: ReadonlySet<string> = new Set(
  `affinegrid bernoulli bitshift bitwiseand bitwisenot bitwiseor bitwisexor blackmanwindow castlike centercroppad col2im compress
  convinteger deformconv depthtospace dequantizelinear det dft dynamicquantizelinear eyelike globallppool gridsample hammingwindow
  hannwindow hardmax if imagedecoder instancenormalization loop lppool lpnormalization lrn matmulinteger maxroipool maxunpool
  meanvariancenormalization melweightmatrix multinomial nonmaxsuppression nonzero optional qlinearconv qlinearmatmul quantizelinear
  randomnormal randomnormallike randomuniform randomuniformlike regexfullmatch resize reversesequence rmsnormalization roialign rotaryembedding
  scan sequenceat sequenceconstruct sequenceempty sequenceerase sequenceinsert sequencelength sequencemap spacetodepth splittosequence stft
  stringconcat stringnormalizer stringsplit tensorscatter tfidfvectorizer thresholdedrelu unique upsample attention
  abs2 notequal softmin logit2 mean2
  adaptivelogsoftmaxwithloss adaptivelppool alphadropout bilinear channelshuffle circularpad constantpad cosinesimilarity crelu crossmaplrn
  dropout1d dropout2d dropout3d embeddingbag featurealphadropout fold unfold fractionalmaxpool2d grucell glu hardshrink hardtanh identity
  instancenorm1d instancenorm2d instancenorm3d lazylinear lazyconv2d localresponsenorm logsoftmin lppool1d lppool2d lstmcell maxunpool1d
  maxunpool2d multiheadattention pairwisedistance pixelshuffle pixelunshuffle reflectionpad2d relu6 replicationpad2d rmsnorm rnncell rrelu
  softmax2d softshrink spectralnorm syncbatchnorm tanhshrink threshold transformer unflatten zeropad2d convlstm2d separableconv2d
  depthwiseconv2d gaussiannoise gaussiandropout spatialdropout2d leakyrelu6
  maeloss rmseloss msleloss mapeloss smapeloss l2loss mae rmse msle mape celoss focalloss diceloss iouloss hingeloss logcoshloss ctcloss
  cosineembeddingloss gaussiannllloss hingeembeddingloss marginrankingloss multilabelmarginloss multilabelsoftmarginloss multimarginloss
  poissonnllloss softmarginloss tripletmarginloss tripletmarginwithdistanceloss
  adabelief adabound adadelta adafactor adagrad adamax adamw asgd ftrl lamb lars lion lookahead muon nadam novograd radam ranger rprop
  sparseadam yogi adam8bit adan sgdw
  constantlr cosineannealinglr cosineannealingwarmrestarts cycliclr exponentiallr lambdalr linearlr multiplicativelr multisteplr onecyclelr
  polynomiallr reducelronplateau sequentiallr steplr`.split(/\s+/),
);
